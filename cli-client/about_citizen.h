// A command that notes one record about a citizen: the handle leads to the citizen, the content comes from options and
// questions, or as JSON.
#ifndef OPGANG_CLI_CLIENT_ABOUT_CITIZEN_H_
#define OPGANG_CLI_CLIENT_ABOUT_CITIZEN_H_

#include <string>
#include <string_view>
#include <vector>

#include "cli-client/context.h"
#include "cli-client/lookup.h"
#include "cli-client/record_form.h"
#include "cli-client/record_json.h"
#include "cli-client/saving.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/records/validation.h"

namespace opgang::cli {

// Asks for the fields (numbers) that have no answer yet, in this order, where a person is there; Enter skips one. What is
// missing after that is validation's to say. kCancelled: left.
absl::Status AskMissing(const Context& context, google::protobuf::Message& content,
                        const std::vector<int>& fields);

// `prepare(view, citizen, content)` sets the ids; `fill`, the same, the rest where no JSON is given. `words` is the catalogue's id of what is said, with {citizen}.
template <typename Message, typename Prepare, typename Fill>
absl::Status SaveAbout(Context& context, const std::string& handle, std::string_view member,
                       std::string_view words, Prepare prepare, Fill fill) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* citizen, CitizenOf(context, *view, handle));
  const RecordTypeInfo& type = RecordTypeOf<Message>();
  // What the base would refuse is refused while the worker looks at the screen.
  if (!MayWrite(context.store().info().role, type))
    return RefusalError({v1::REFUSAL_CODE_NOT_PERMITTED, 0}, type.type);
  Message content;
  content.set_citizen_id(citizen->id.ToBytes());
  RETURN_IF_ERROR(prepare(*view, *citizen, content));
  if (context.options().json_input) {
    ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {member}));
    RETURN_IF_ERROR(input.Get(context, member, content));
  } else {
    RETURN_IF_ERROR(fill(*view, *citizen, content));
  }
  const std::string said = context.T(words, {{"citizen", view->HandleOf(citizen->id)}});
  Bundle bundle = context.NewBundle();
  bundle.Create(content, AreaOf(*citizen));
  return SaveAndTell(context, bundle, said);
}

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_ABOUT_CITIZEN_H_
