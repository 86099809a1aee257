// Golden bytes: what this build writes, one item for each message and each sealed form, made from fixed content, keys and
// nonces. Stored as text under golden/schema-N, so that a later build can be shown to read what this one wrote, and a
// change of the bytes is seen where it is made.
#ifndef OPGANG_TESTS_AGES_GOLDEN_H_
#define OPGANG_TESTS_AGES_GOLDEN_H_

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/records/registry.h"

namespace opgang::ages {

struct Golden {
  std::string name;   // "message/Hello", "sealed/row": its place below golden/schema-N
  std::string about;  // one line: where such bytes are found
  std::string bytes;
  std::string reads;  // what a reader makes of them, as text
};

// Every message of proto/opgang/v1 with every field set (one item for each member of its oneof), and every sealed form,
// digest and file format. In name order. A new message or record type is among them by itself.
std::vector<Golden> GoldenOfThisBuild();
// What this build makes of bytes that were stored under `name`. kNotFound where it knows no such thing.
absl::StatusOr<std::string> ReadGolden(std::string_view name, const std::string& bytes);

// golden_files.cc
std::filesystem::path GoldenDirectory(uint32_t schema = kSchemaVersion);
std::vector<uint32_t> StoredSchemas();
std::map<std::string, Golden> StoredGolden(uint32_t schema);  // by name
// Writes those of this build and removes what is no longer among them.
void WriteGolden();

std::string Hex(std::string_view bytes);

// The parts that golden.cc puts together.
std::vector<Golden> GoldenMessages();
absl::StatusOr<std::string> ReadMessage(std::string_view name, const std::string& bytes);
std::vector<Golden> SealedGolden();
absl::StatusOr<std::string> ReadSealed(std::string_view name, const std::string& bytes);

}  // namespace opgang::ages

#endif  // OPGANG_TESTS_AGES_GOLDEN_H_
