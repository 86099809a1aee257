#include "cli-client/saving.h"

#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

Json RecordJson(const Context& context, RecordId id) {
  Json item;
  item["id"] = id.ToString();
  const View* view = context.ViewIfUnlocked();
  if (const VisibleRecord* record = view == nullptr ? nullptr : view->Find(id)) {
    item["type"] = record->type->name;
    item["handle"] = view->HandleOf(id);
  }
  return item;
}

}  // namespace

std::string UnsentWords(const Context& context) {
  const OutboxCounts counts = context.store().outbox_counts();
  std::string words = context.T("store.unsent", {{"count", std::to_string(counts.unsent)}});
  if (counts.needs_attention > 0) {
    words += " " + context.T("store.attention", {{"count", std::to_string(counts.needs_attention)}});
  }
  return words;
}

Json UnsentJson(const Context& context) {
  const OutboxCounts counts = context.store().outbox_counts();
  return {{"unsent", counts.unsent}, {"needs_attention", counts.needs_attention}};
}

void TellSaved(const Context& context, const std::vector<RecordId>& records, std::string_view words) {
  context.Say(std::string(words) + " " + UnsentWords(context));
  Json document = JsonDocument("saved");
  document["records"] = Json::array();
  for (RecordId id : records) document["records"].push_back(RecordJson(context, id));
  document["queue"] = UnsentJson(context);
  context.Emit(document);
}

std::vector<RecordId> RecordsOf(const Bundle& bundle) {
  std::vector<RecordId> records;
  for (const Bundle::Change& change : bundle.changes()) records.push_back(change.record);
  return records;
}

absl::Status SaveAndTell(Context& context, const Bundle& bundle, std::string_view words) {
  RETURN_IF_ERROR(context.store().Save(bundle).status());
  TellSaved(context, RecordsOf(bundle), words);
  return absl::OkStatus();
}

}  // namespace opgang::cli
