// Everything that a person types or a register writes in a line: addresses, doors, telephones, words for a day.
// What a normaliser returns, it leaves alone the second time.
#include "core/places/danish_address.h"
#include "core/places/danish_text.h"
#include "core/records/validation.h"
#include "core/rules/stated_word.h"
#include "core/sealing/sealing.h"
#include "tests/fuzz/fuzz_input.h"

namespace opgang::fuzz {
namespace {

template <typename Normalize>
void RequireFixedPoint(Normalize normalize, const std::string& text, const char* what) {
  const std::optional<std::string> once = normalize(text);
  if (!once) return;
  Require(normalize(*once) == once, what);
}

void TryLine(const std::string& text) {
  RequireFixedPoint([](const std::string& t) { return NormalizeFloor(t); }, text, "floor");
  RequireFixedPoint([](const std::string& t) { return NormalizeDoor(t); }, text, "door");
  RequireFixedPoint([](const std::string& t) { return NormalizeHouseNumber(t); }, text, "house number");
  RequireFixedPoint([](const std::string& t) { return NormalizePostcode(t); }, text, "postcode");
  RequireFixedPoint([](const std::string& t) { return NormalizeStreet(t); }, text, "street");
  RequireFixedPoint([](const std::string& t) { return NormalizeTelephone(t); }, text, "telephone");
  RequireFixedPoint([](const std::string& t) { return CleanLine(t); }, text, "line");
  if (const auto door = ParseDoorName(text)) {
    Require(ParseDoorName(FormatDoor(*door)) == door, "a door as it is written is that door");
  }
  if (const auto place = ParseStreetAndNumber(text)) {
    const auto again = ParseStreetAndNumber(place->street + " " + place->number);
    Require(again && again->street == place->street && again->number == place->number, "street and number");
  }
  ReadMeaning(text);
  LooksLikeCpr(text);
  if (const auto code = NormalizeInvitationCode(text); code.ok()) {
    Require(NormalizeInvitationCode(*code).value_or("") == *code, "invitation code");
  }
}

}  // namespace
}  // namespace opgang::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  opgang::fuzz::TryLine(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
