// Danish addresses: parsing, normalising, ordering, search keys. Pure.
//
// Address = street, number (1-999 + optional capital letter), floor (k9..kl, st, 1..99), door (tv, mf, th, a number or
// letters), postal code and town. "St." "stuen" -> st; "t.v." -> tv; "3. sal th." -> 3 th; "20 B" -> 20B.
// Order: floors k9..k2, kl, st, 1..99; doors tv < mf < th, numbers numerically, letters last; streets in Danish order
// (æ ø å last; aa counts as å). Visiting order = floor from the bottom, door left to right.
#ifndef OPGANG_CORE_PLACES_DANISH_ADDRESS_H_
#define OPGANG_CORE_PLACES_DANISH_ADDRESS_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace opgang {

struct DoorName {
  std::string floor;  // normalised, may be empty
  std::string door;   // normalised, may be empty
  friend bool operator==(const DoorName&, const DoorName&) = default;
};

// Each returns nullopt where the text is no such thing. Normalised forms are fixed points.
std::optional<std::string> NormalizeFloor(std::string_view text);
std::optional<std::string> NormalizeDoor(std::string_view text);
std::optional<std::string> NormalizeHouseNumber(std::string_view text);
std::optional<std::string> NormalizePostcode(std::string_view text);
// Collapses white space, NFC; 1..80 characters.
std::optional<std::string> NormalizeStreet(std::string_view text);

// What a worker types for a door in a known entrance: "2th", "2. th", "st tv", "3. sal mf", "1 12", "kl".
std::optional<DoorName> ParseDoorName(std::string_view text);

// "Humlebakken 20 B" -> street and number. nullopt where there is no number at the end.
struct StreetAndNumber {
  std::string street;
  std::string number;
};
std::optional<StreetAndNumber> ParseStreetAndNumber(std::string_view text);

// "2. th", "st. tv", "1. 12": as people write it.
std::string FormatDoor(const DoorName& door);

// Negative, zero or positive, like memcmp.
int CompareFloors(std::string_view a, std::string_view b);
int CompareDoors(std::string_view a, std::string_view b);
int CompareHouseNumbers(std::string_view a, std::string_view b);
int CompareDanish(std::string_view a, std::string_view b);  // street, town and person names
bool VisitedBefore(const DoorName& a, const DoorName& b);

// For matching what people type: NFC, lower case, aa -> å in names, single spaces, no punctuation.
// "Aagade 3,  2. TH" and "ågade 3 2 th" give the same key.
std::string SearchKey(std::string_view text);

}  // namespace opgang

#endif  // OPGANG_CORE_PLACES_DANISH_ADDRESS_H_
