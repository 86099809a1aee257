// How golden bytes lie on disk:
//
//   # message/Hello
//   # first message of a session ...
//   reads:
//     protocol_version: 1001
//   bytes:
//     08e907...
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/ages/golden.h"

namespace opgang::ages {
namespace {

constexpr size_t kHexColumns = 96;
constexpr char kSuffix[] = ".golden";

std::string Indented(const std::string& text) {
  std::istringstream lines(text);
  std::string indented;
  for (std::string line; std::getline(lines, line);) indented += "  " + line + "\n";
  return indented;
}

std::string ToText(const Golden& golden) {
  const std::string hex = Hex(golden.bytes);
  std::string text =
      "# " + golden.name + "\n# " + golden.about + "\nreads:\n" + Indented(golden.reads) + "bytes:\n";
  for (size_t at = 0; at < hex.size(); at += kHexColumns) text += "  " + hex.substr(at, kHexColumns) + "\n";
  return text;
}

int Value(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(Value(hex[i]) * 16 + Value(hex[i + 1]));
  return bytes;
}

Golden FromText(std::istream& in, std::string name) {
  Golden golden{std::move(name), "", "", ""};
  std::string hex;
  std::string* part = nullptr;
  for (std::string line; std::getline(in, line);) {
    if (line == "reads:") part = &golden.reads;
    if (line == "bytes:") part = &hex;
    const bool inside = line.starts_with("  ") && part != nullptr;
    if (inside) *part += line.substr(2) + (part == &hex ? "" : "\n");
  }
  golden.bytes = FromHex(hex);
  return golden;
}

}  // namespace

std::filesystem::path GoldenDirectory(uint32_t schema) {
  return std::filesystem::path(OPGANG_AGES_DIRECTORY) / "golden" / ("schema-" + std::to_string(schema));
}

std::vector<uint32_t> StoredSchemas() {
  std::vector<uint32_t> schemas;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(OPGANG_AGES_DIRECTORY) / "golden")) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("schema-")) schemas.push_back(static_cast<uint32_t>(std::stoul(name.substr(7))));
  }
  std::sort(schemas.begin(), schemas.end());
  return schemas;
}

std::map<std::string, Golden> StoredGolden(uint32_t schema) {
  std::map<std::string, Golden> stored;
  const auto directory = GoldenDirectory(schema);
  if (!std::filesystem::exists(directory)) return stored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file() || entry.path().extension() != kSuffix) continue;
    std::string name = std::filesystem::relative(entry.path(), directory).string();
    name.resize(name.size() - std::string(kSuffix).size());
    std::ifstream in(entry.path());
    stored[name] = FromText(in, name);
  }
  return stored;
}

void WriteGolden() {
  const auto directory = GoldenDirectory();
  std::filesystem::remove_all(directory);
  for (const Golden& golden : GoldenOfThisBuild()) {
    const auto path = directory / (golden.name + kSuffix);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path);
    if (!(out << ToText(golden)).flush()) {
      std::cerr << "cannot write " << path << "\n";
      std::exit(1);
    }
  }
}

}  // namespace opgang::ages
