#include "cli-client/about_citizen.h"

namespace opgang::cli {

absl::Status AskMissing(const Context& context, google::protobuf::Message& content,
                        const std::vector<int>& fields) {
  if (!context.MayPrompt()) return absl::OkStatus();
  const RecordTypeInfo& type = RecordTypeOfMessage(content);
  for (const int number : fields) {
    const auto* field = content.GetDescriptor()->FindFieldByNumber(number);
    if (IsAnswered(content, *field)) continue;
    if (AskField(context, type, *field, content) == Answered::kLeft)
      return MakeError(ErrorCode::kCancelled, "left at a prompt");
  }
  return absl::OkStatus();
}

}  // namespace opgang::cli
