// An invitation's file, and what is inside it. Part 1: a file as it comes, opened with a code; part 2: an invitation's
// bytes, sealed as the base does and then opened.
#include "core/sealing/sealing.h"
#include "opgang/v1/invitation.pb.h"
#include "tests/fuzz/fuzz_input.h"

namespace opgang::fuzz {
namespace {

constexpr char kCode[] = "K7F29QXM3TBHW";

void TryInvitation(Parts parts) {
  const std::string file = parts.Next().value_or("");
  const auto opened = OpenInvitation(file, kCode);
  Require(opened.ok() || !opened.status().message().empty(), "an error says what is wrong");
  const std::string inner = parts.Next().value_or("");
  const std::string sealed = SealInvitation(inner, kCode, PassphraseCost::ForTests(), SystemRandom());
  Require(OpenInvitation(sealed, kCode).value_or("-") == inner, "what was sealed opens");
  v1::Invitation invitation;
  if (invitation.ParseFromString(inner)) invitation.SerializeAsString();
}

}  // namespace
}  // namespace opgang::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  opgang::fuzz::TryInvitation({data, size});
  return 0;
}
