#include "server/store/erasure_ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/sealing.h"
#include "core/sqlite/durable_file.h"

namespace opgang {
namespace {

constexpr std::string_view kHeader = "opgang erased 1\n";
constexpr std::string_view kHeaderOfAnyVersion = "opgang erased ";
constexpr size_t kMostBytes = 64 << 20;

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

absl::Status Damaged() {
  return MakeError(ErrorCode::kDamaged, "keys/erased.ledger was changed or damaged; restore its newest copy");
}

std::string BodyOf(const ErasureLine& line) {
  const std::string slots = line.slots.empty() ? "-" : absl::StrJoin(line.slots, ",");
  return absl::StrCat(Hex(line.hash), " ", line.at_us, " ", line.actor, " ", static_cast<int>(line.reason),
                      " ", slots);
}

bool ReadSlots(const std::string& text, std::vector<uint32_t>& slots) {
  if (text == "-") return true;
  const std::vector<std::string> numbers = absl::StrSplit(text, ',');
  for (const std::string& number : numbers) {
    if (!absl::SimpleAtoi(number, &slots.emplace_back())) return false;
  }
  return true;
}

bool ReadBody(std::string_view body, ErasureLine& line) {
  const std::vector<std::string> words = absl::StrSplit(absl::string_view(body.data(), body.size()), ' ');
  int reason = 0;
  if (words.size() != 5 || words[0].size() != 32 || !absl::SimpleAtoi(words[1], &line.at_us)) return false;
  if (!absl::SimpleAtoi(words[3], &reason) || !ReadSlots(words[4], line.slots)) return false;
  line.hash = absl::HexStringToBytes(words[0]);
  line.actor = words[2];
  line.reason = static_cast<v1::ErasureReason>(reason);
  return true;
}

class FileHandle {
 public:
  explicit FileHandle(int fd) : fd_(fd) {}
  ~FileHandle() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace

std::string ErasureProof(const SecretBytes& storage_key, std::string_view citizen_id) {
  return KeyedDigest(DeriveKey(storage_key, "erasure proofs"), citizen_id, 16);
}

absl::StatusOr<std::unique_ptr<ErasureLedger>> ErasureLedger::Open(const std::filesystem::path& path,
                                                                   const SecretBytes& storage_key) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) RETURN_IF_ERROR(WriteFileDurably(path, kHeader));
  auto ledger =
      std::unique_ptr<ErasureLedger>(new ErasureLedger(path, DeriveKey(storage_key, "erased citizens")));
  RETURN_IF_ERROR(ledger->Load());
  return ledger;
}

std::string ErasureLedger::HashOf(RecordId citizen) const {
  return KeyedDigest(key_, "citizen " + citizen.ToBytes(), 16);
}

std::string ErasureLedger::SumOf(std::string_view body) const {
  return KeyedDigest(key_, "line " + sum_ + std::string(body), 16);
}

absl::Status ErasureLedger::Load() {
  ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(path_, kMostBytes));
  std::string_view rest = bytes;
  if (!rest.starts_with(kHeader)) {
    const bool newer = rest.starts_with(kHeaderOfAnyVersion);
    return newer ? MakeError(ErrorCode::kNewerFile, "keys/erased.ledger is of a newer version") : Damaged();
  }
  rest.remove_prefix(kHeader.size());
  for (size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    RETURN_IF_ERROR(Take(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  file_bytes_ = bytes.size() - rest.size();
  return absl::OkStatus();
}

absl::Status ErasureLedger::Take(std::string_view line) {
  const size_t last_word = line.rfind(' ');
  if (last_word == std::string_view::npos) return Damaged();
  const std::string_view body = line.substr(0, last_word);
  const std::string sum = SumOf(body);
  ErasureLine read;
  if (Hex(sum) != line.substr(last_word + 1) || !ReadBody(body, read)) return Damaged();
  hashes_.insert(read.hash);
  lines_.push_back(std::move(read));
  sum_ = sum;
  return absl::OkStatus();
}

absl::Status ErasureLedger::Append(RecordId citizen, ErasureLine line) {
  line.hash = HashOf(citizen);
  const std::string body = BodyOf(line);
  const std::string sum = SumOf(body);
  const std::string bytes = body + " " + Hex(sum) + "\n";
  const FileHandle file(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.fd() < 0) return StatusOfErrno(errno, "opening the ledger of erasures");
  // What a power cut, or a full disk, left behind the last whole line goes first.
  const bool written = ::ftruncate(file.fd(), static_cast<off_t>(file_bytes_)) == 0 &&
                       ::pwrite(file.fd(), bytes.data(), bytes.size(), static_cast<off_t>(file_bytes_)) ==
                           static_cast<ssize_t>(bytes.size()) &&
                       ::fsync(file.fd()) == 0;
  if (!written) return StatusOfErrno(errno, "writing the ledger of erasures");
  file_bytes_ += bytes.size();
  hashes_.insert(line.hash);
  lines_.push_back(std::move(line));
  sum_ = sum;
  return absl::OkStatus();
}

}  // namespace opgang
