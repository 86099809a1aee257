// Questions about a person: each can be skipped with Enter, and false means that the worker left.
#ifndef OPGANG_CLI_CLIENT_PERSON_FORM_H_
#define OPGANG_CLI_CLIENT_PERSON_FORM_H_

#include <string>
#include <string_view>

#include "cli-client/context.h"
#include "google/protobuf/message.h"
#include "opgang/v1/citizen.pb.h"
#include "opgang/v1/response.pb.h"

namespace opgang::cli {

// Name and telephone: all that an inquiry at a door asks.
bool AskNameAndTelephone(const Context& context, v1::Citizen& citizen);
// The rest, behind one key: language, interpreter, birth year.
bool AskPersonDetails(const Context& context, v1::Citizen& citizen);
// Safe hours, preferred way, referrer, agreed place, slip, note.
bool AskInquiryDetails(const Context& context, v1::Inquiry& inquiry);
// An agreed place, or the number of a slip, where nothing else leads back to the person.
bool AskWayBack(const Context& context, v1::Inquiry& inquiry);

// One line of text. Sets `text` where something was typed; false: left.
bool AskText(const Context& context, std::string_view question, std::string& text);

// The note of a command that was given --note. kUsage where nobody can be asked, kCancelled where the person left.
absl::Status AskNote(const Context& context, bool wanted, std::string& note);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_PERSON_FORM_H_
