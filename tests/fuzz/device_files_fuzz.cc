// A device's files, damaged anywhere: opening, reading and saving end well or with a clear error, never in a crash, and a
// queue that opens shows no more than was saved.
//
// Each part is one wound: a byte that chooses the file, four bytes of offset, and the bytes that are written there; no
// bytes cut the file off at the offset.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/fuzz/device_fixture.h"
#include "tests/fuzz/fuzz_input.h"

namespace opgang::fuzz {
namespace {

constexpr uint32_t kSaved = 10;  // a cut journal may bring back the time before the verdicts

std::vector<std::filesystem::path> FilesIn(const std::filesystem::path& home) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void Wound(const std::vector<std::filesystem::path>& files, const std::string& part) {
  if (part.size() < 5) return;
  const auto& file = files[static_cast<uint8_t>(part[0]) % files.size()];
  const auto size = std::filesystem::file_size(file);
  uint32_t at = 0;
  for (int i = 4; i > 0; --i) at = at << 8 | static_cast<uint8_t>(part[static_cast<size_t>(i)]);
  if (size > 0) at %= static_cast<uint32_t>(size);
  if (part.size() == 5) return std::filesystem::resize_file(file, at);
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(at);
  stream.write(part.data() + 5, static_cast<std::streamsize>(part.size() - 5));
}

void RequireWords(const absl::Status& status) {
  Require(status.ok() || !status.message().empty(), "an error says what is wrong");
}

void TryFiles(Parts parts) {
  DeviceFixture& fixture = DeviceFixture::Get();
  const std::filesystem::path home = fixture.image.parent_path() / "wounded";
  std::filesystem::remove_all(home);
  std::filesystem::copy(fixture.image, home, std::filesystem::copy_options::recursive);
  const auto files = FilesIn(home);
  for (int count = 0; count < 8; ++count) {
    const auto part = parts.Next();
    if (!part) break;
    Wound(files, *part);
  }
  const auto store = fixture.device.OpenAt(home);
  RequireWords(store.status());
  if (!store.ok()) return;
  Require((*store)->outbox_counts().unsent <= kSaved, "no more waits than was ever saved");
  Bundle bundle = fixture.device.NewBundle();
  bundle.Create(CitizenCalled("Noor"), fixture.base.Area("Testlund"));
  RequireWords((*store)->Save(bundle).status());
  RequireWords((*store)->view().status());
}

}  // namespace
}  // namespace opgang::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  testing::GTEST_FLAG(throw_on_failure) = true;  // what the test support expects ends the program too
  opgang::fuzz::TryFiles({data, size});
  return 0;
}
