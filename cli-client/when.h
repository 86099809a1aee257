// When something happened, in the worker's word, as far as the device knows what day it is.
//
// A device whose evidence is wider than a day cannot know what "fri" means. It asks "today, yesterday, which
// day?"; where nobody can be asked, a word that depends on today is refused and a date is wanted.
#ifndef OPGANG_CLI_CLIENT_WHEN_H_
#define OPGANG_CLI_CLIENT_WHEN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "cli-client/context.h"
#include "opgang/v1/ids.pb.h"

namespace opgang::cli {

enum class WhenMatters {
  kForTheRule,  // asking and taking part: with wide evidence the day is asked for also where no word was
                // given
  kForTheFile,  // everything else
};

// nullopt: no word; it happened when it is recorded. Errors: kBadInput, kCancelled.
absl::StatusOr<std::optional<v1::StatedTime>> PastWhen(const Context& context, std::string_view word,
                                                       WhenMatters matters);
// "thu 17:00", for what is planned; kBadInput.
absl::StatusOr<v1::StatedTime> FutureWhen(const Context& context, std::string_view word);

// Evidence of now is wider than a day.
bool DayIsUncertain(const NowEstimate& now);

// Sets `field` (any message's StatedTime) where there is a word.
template <typename Message>
void SetHappened(Message& message, const std::optional<v1::StatedTime>& when) {
  if (when) *message.mutable_happened() = *when;
}

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_WHEN_H_
