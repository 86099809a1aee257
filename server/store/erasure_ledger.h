// Who was erased: keys/erased.ledger. It outlives every backup, so that an old one cannot bring a person back (I12). A line
// holds no id, but a keyed hash of it: the ledger alone says of nobody that he was here.
//
//   "opgang erased 1\n"
//   hash (hex) SPACE when (microseconds, base time) SPACE who (staff code) SPACE why (ErasureReason) SPACE key slots (a,b,c or
//   "-") SPACE sum (hex, keyed, over the sum before it and this line) NEWLINE
//
// A line is durable before anything else of the erasure happens: it is the point of no return. What a power cut left of a
// last line was never acted on, and goes.
#ifndef OPGANG_SERVER_STORE_ERASURE_LEDGER_H_
#define OPGANG_SERVER_STORE_ERASURE_LEDGER_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/ids.h"
#include "core/sealing/secret.h"
#include "opgang/v1/privacy.pb.h"

namespace opgang {

inline constexpr char kErasureLedgerFile[] = "erased.ledger";

struct ErasureLine {
  std::string hash;  // 16 bytes
  int64_t at_us = 0;
  std::string actor;
  v1::ErasureReason reason = v1::ERASURE_REASON_UNSPECIFIED;
  std::vector<uint32_t> slots;  // whose keys sealed what there was
};

// One thread.
class ErasureLedger {
 public:
  // Opens the file or makes it. kDamaged: a line was changed, lost or moved, or it is another base's; kNewerFile.
  static absl::StatusOr<std::unique_ptr<ErasureLedger>> Open(const std::filesystem::path& path,
                                                             const SecretBytes& storage_key);

  const std::vector<ErasureLine>& lines() const { return lines_; }
  bool Holds(RecordId citizen) const { return !lines_.empty() && hashes_.contains(HashOf(citizen)); }
  std::string HashOf(RecordId citizen) const;
  // Durable when it returns ok. `line.hash` is filled in.
  absl::Status Append(RecordId citizen, ErasureLine line);

 private:
  ErasureLedger(std::filesystem::path path, SecretBytes key) : path_(std::move(path)), key_(std::move(key)) {}
  absl::Status Load();
  absl::Status Take(std::string_view line);
  std::string SumOf(std::string_view body) const;

  const std::filesystem::path path_;
  const SecretBytes key_;
  std::vector<ErasureLine> lines_;
  std::set<std::string> hashes_;
  std::string sum_;          // of the last line
  uint64_t file_bytes_ = 0;  // up to the end of the last whole line
};

// The base's own mark of an erasure, 16 bytes, for devices to keep (v1::Erasure). Nobody without the storage key makes one.
std::string ErasureProof(const SecretBytes& storage_key, std::string_view citizen_id);

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_ERASURE_LEDGER_H_
