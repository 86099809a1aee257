// That Sensitive<T> goes into no text, shown at compile time: where one of these holds no longer, this file does not build.
#include "core/base/sensitive.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <concepts>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace opgang {
namespace {

using Name = Sensitive<std::string>;

template <typename T>
concept Streams = requires(std::ostream& out, const T& value) {
  out << value;
};
template <typename T>
concept Concatenates = requires(const T& value) {
  absl::StrCat(value);
};
template <typename T>
concept Adds = requires(const T& value) {
  std::string() + value;
};

// What each of these means for a text that may be printed.
static_assert(Streams<std::string> && Concatenates<std::string> && Adds<std::string>);
static_assert(fmt::is_formattable<std::string>::value && std::convertible_to<std::string, nlohmann::json>);

static_assert(!Streams<Name>);
static_assert(!Concatenates<Name>);
static_assert(!Adds<Name>);
static_assert(!fmt::is_formattable<Name>::value);
static_assert(!std::convertible_to<Name, nlohmann::json>);
static_assert(!std::convertible_to<Name, std::string> && !std::convertible_to<Name, std::string_view>);
static_assert(!std::constructible_from<std::string, Name> &&
              !std::constructible_from<std::string_view, Name>);
static_assert(!std::convertible_to<std::string, Name>, "what becomes sensitive says so");

TEST(SensitiveTest, WhoSaysRevealHasTheValue) {
  Name name(std::string("Amina"));
  EXPECT_EQ(name.Reveal(), "Amina");
  EXPECT_TRUE(name == Name(std::string("Amina")));
  EXPECT_EQ(std::move(name).Reveal(), "Amina");
}

}  // namespace
}  // namespace opgang
