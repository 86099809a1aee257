// A hostile, enrolled client: any messages in any order through the real session, engine and store of the base. It must
// come out sound, with no answer over the limit, and an honest device must still be able to hand in.
//
// Parts are SyncRequests. So that the fuzzer gets past cryptography, a Hello whose token is "T" is given the device's own
// token, replica and proof, a mutation whose queue key is "P" carries its payload in the clear and is sealed here, and so are uses
// in a chain that begins with "S"; those without a link of their own are linked.
#include <gtest/gtest.h>

#include "core/sealing/use_chain.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/hand_device.h"

namespace opgang::fuzz {
namespace {

constexpr size_t kMaxMessageBytes = 256 * 1024;

absl::Time Noon() { return absl::FromUnixSeconds(1'775'037'600); }

void MakeOwnUses(const std::string& base_public_key, v1::DeviceUses& uses) {
  if (uses.sealed_start() != "S" || uses.first_number() > 1000) return;
  SecretBytes key(std::string(kUseKeySize, 'k'));
  uses.set_sealed_start(SealToPublicKey(base_public_key, key.Reveal()));
  for (uint64_t number = 1; number < uses.first_number(); ++number) key = NextUseKey(key);
  uint64_t number = uses.first_number();
  std::string before = uses.link_before();
  for (v1::SealedUse& use : *uses.mutable_uses()) {
    use.set_sealed(SealToPublicKey(base_public_key, use.sealed()));
    if (use.link().empty()) use.set_link(UseLink(key, number, before, use.sealed()));
    before = use.link();
    key = NextUseKey(key);
    ++number;
  }
}

void MakeOwn(HandDevice& device, const std::string& base_public_key, v1::SyncRequest& request) {
  if (request.has_device_uses()) MakeOwnUses(base_public_key, *request.mutable_device_uses());
  if (request.hello().token() == "T") {
    const v1::Hello own = device.Hello();
    v1::Hello& hello = *request.mutable_hello();
    hello.set_token(own.token());
    hello.set_replica_id(own.replica_id());
    hello.set_read_proof(own.read_proof());
  }
  if (!request.has_push()) return;
  for (v1::SealedMutation& mutation : *request.mutable_push()->mutable_mutations()) {
    if (mutation.queue_key_id() != "P") continue;
    Draft draft;
    draft.envelope.ParseFromString(mutation.envelope());
    draft.payload.ParseFromString(mutation.sealed_payload());
    const uint64_t seq = mutation.seq();
    mutation = device.Seal(draft);
    if (seq != 0) mutation.set_seq(seq);
  }
  *request.mutable_push()->add_queue_keys() = device.queue_key();
}

void Hear(HandDevice& device, const std::vector<v1::SyncResponse>& responses) {
  for (const v1::SyncResponse& response : responses) {
    Require(response.ByteSizeLong() <= kMaxMessageBytes, "no message is over the limit");
    if (response.has_welcome()) device.Heed(response.welcome());
  }
}

void TrySession(Parts parts) {
  ManualClock clock(Noon());
  TestBase base(clock);
  HandDevice hostile(base, clock, "mallory", "outreach", {"Testlund"});
  HandDevice honest(base, clock, "amal", "outreach", {"Testlund"});
  auto session = base.Connect(hostile.peer);
  for (int count = 0; count < 64; ++count) {
    auto request = parts.NextMessage<v1::SyncRequest>();
    if (!request) break;
    MakeOwn(hostile, base.keys().box.public_key, *request);
    session->Hear(*request);
    Hear(hostile, session->SayAll());
    clock.Advance(absl::Milliseconds(1));
  }
  base.Disconnect(std::move(session));
  base.RunJobs();
  Require(base.Check().problems.empty(), "the base is sound");
  v1::Citizen citizen;
  citizen.set_name("Amina");
  Require(honest.Commit(honest.Create(citizen, AreaScope(base.Area("Testlund")))).has_applied(),
          "an honest device hands in");
}

}  // namespace
}  // namespace opgang::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  testing::GTEST_FLAG(throw_on_failure) = true;  // what the test support expects ends the program too
  opgang::fuzz::TrySession({data, size});
  return 0;
}
