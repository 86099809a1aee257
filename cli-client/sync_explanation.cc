#include "cli-client/sync_explanation.h"

#include <algorithm>

#include "cli-client/error_report.h"
#include "cli-client/layout.h"
#include "cli-client/record_view.h"
#include "cli-client/words.h"
#include "core/merge/standing.h"

namespace opgang::cli {
namespace {

constexpr int kStepColumns = 12;
constexpr int kHandleColumns = 6;
constexpr int kTypeColumns = 16;
constexpr int kIndent = 2;
constexpr int kVersionChars = 6;  // of its random end

using Versions = google::protobuf::RepeatedPtrField<std::string>;

std::string IdOf(SyncStep step) {
  switch (step) {
    case SyncStep::kSent: return "sent";
    case SyncStep::kStored: return "stored";
    case SyncStep::kRefused: return "refused";
    case SyncStep::kDroppedErased: return "dropped-erased";
    case SyncStep::kHeldBack: return "held-back";
    case SyncStep::kIdTaken: return "id-taken";
    case SyncStep::kNotUnderstood: return "not-understood";
    case SyncStep::kRefusedAnew: return "refused-anew";
    case SyncStep::kTakenIn: return "taken-in";
    case SyncStep::kPut: return "put";
    case SyncStep::kKeptNewer: return "kept-newer";
    case SyncStep::kLeft: return "left";
    case SyncStep::kDeleted: return "deleted";
    case SyncStep::kErased: return "erased";
    case SyncStep::kSkipped: return "skipped";
    case SyncStep::kSwept: return "swept";
    case SyncStep::kMended: return "mended";
    case SyncStep::kTakenOut: return "taken-out";
    case SyncStep::kAnew: return "anew";
    case SyncStep::kSumDiffers: return "sum-differs";
    case SyncStep::kScopeLost: return "scope-lost";
    case SyncStep::kNewEpoch: return "new-epoch";
    case SyncStep::kNewReplica: return "new-replica";
  }
  return {};
}

std::string IdOf(WhyQueued why) {
  switch (why) {
    case WhyQueued::kSaved: return "saved";
    case WhyQueued::kCorrection: return "correction";
    case WhyQueued::kUndo: return "undo";
    case WhyQueued::kBaseRestored: return "base-restored";
    case WhyQueued::kFormerStore: return "former-store";
  }
  return {};
}

std::string ShortVersion(const std::string& version) {
  const auto id = IntentId::FromBytes(version);
  const std::string text = id ? id->ToString() : "";
  return text.size() < kVersionChars ? "?" : "…" + text.substr(text.size() - kVersionChars);
}

std::string VersionText(const std::string& version) {
  const auto id = IntentId::FromBytes(version);
  return id ? id->ToString() : "";
}

// Words for one decision.
class Explainer {
 public:
  explicit Explainer(const Context& context) : context_(context), grants_(context.store().grants()) {}

  std::vector<std::string> Lines(const SyncDecision& decision) const {
    const std::string head = PadTo(context_.T("explain.step." + IdOf(decision.step)), kStepColumns) + " " +
                             PadTo(Handle(decision), kHandleColumns) + " " +
                             PadTo(Type(decision), kTypeColumns) + " ";
    std::vector<std::string> lines = Wrap(head + Why(decision), Width(), kStepColumns + 1);
    for (const v1::MergedField& merged : decision.merged) {
      const std::string indent(kStepColumns + 1, ' ');
      for (const std::string& line :
           Wrap(indent + Merged(decision, merged), Width(), kStepColumns + 1 + kIndent))
        lines.push_back(line);
    }
    return lines;
  }

  Json ToJson(const SyncDecision& decision) const {
    Json json = {{"step", IdOf(decision.step)}};
    if (!decision.record.empty()) AddRecord(decision, json);
    if (!decision.intent.empty()) {
      json["intent"] = decision.intent.ToString();
      json["number"] = decision.seq;
      json["queued_because"] = IdOf(decision.why_queued);
    }
    if (decision.step == SyncStep::kSent) json["again"] = decision.again;
    if (decision.rev > 0) json["rev"] = decision.rev;
    if (decision.rev_before > 0) json["rev_before"] = decision.rev_before;
    if (decision.scope) json["area"] = Area(decision);
    if (decision.leaf >= 0) json["leaf"] = decision.leaf;
    if (decision.step == SyncStep::kAnew) json["because"] = ResetWord(decision.reset);
    if (decision.step == SyncStep::kHeldBack) json["because"] = RetryWord(decision.retry);
    if (decision.count > 0) json["count"] = decision.count;
    if (decision.refusal) {
      json["refusal"] = Word(decision.refusal->code);
      json["field_number"] = decision.refusal->field;
    }
    for (const v1::MergedField& merged : decision.merged)
      json["merged"].push_back(MergedJson(decision, merged));
    return json;
  }

 private:
  int Width() const { return context_.terminal().Width(); }

  const RecordTypeInfo* TypeOf(const SyncDecision& decision) const {
    return FindRecordType(decision.record_type);
  }

  // A locked store knows no handles: the work's number in the queue.
  std::string Handle(const SyncDecision& decision) const {
    if (decision.record.empty()) return {};
    const std::string handle = context_.Handle(decision.record);
    return handle.empty() && decision.seq > 0 ? std::to_string(decision.seq) : handle;
  }

  std::string Type(const SyncDecision& decision) const {
    if (decision.record.empty()) return {};
    if (const RecordTypeInfo* type = TypeOf(decision)) return TypeLabel(context_.texts(), *type);
    return decision.record_type == 0 ? "" : context_.T("outbox.newer-type");
  }

  std::string Area(const SyncDecision& decision) const {
    for (const GrantInfo& grant : grants_) {
      if (decision.scope != grant.scope) continue;
      if (grant.display_name.empty()) break;
      const bool health = grant.scope.kind == v1::SCOPE_KIND_AREA_HEALTH;
      return Shown(grant.display_name) + (health ? " " + context_.T("explain.health-part") : "");
    }
    return context_.T("explain.some-area");
  }

  static std::string ResetWord(v1::ResetReason reason) {
    const auto* value = v1::ResetReason_descriptor()->FindValueByNumber(reason);
    return value == nullptr ? "unknown" : WordOf(*value);
  }
  static std::string RetryWord(v1::RetryReason reason) {
    const auto* value = v1::RetryReason_descriptor()->FindValueByNumber(reason);
    return value == nullptr ? "unknown" : WordOf(*value);
  }

  std::string WordsFor(const std::string& id, const std::string& fallback) const {
    return context_.texts().Find(id).value_or(context_.T(fallback));
  }

  std::string WhySent(const SyncDecision& decision) const {
    if (decision.again) return context_.T("explain.sent-again");
    return context_.T("explain.queued." + IdOf(decision.why_queued));
  }

  std::string WhyPut(const SyncDecision& decision) const {
    const std::string id = decision.rev_before == 0              ? "explain.put.new"
                           : decision.rev_before == decision.rev ? "explain.put.same"
                                                                 : "explain.put.newer";
    return context_.T(id, {{"area", Area(decision)},
                           {"rev", std::to_string(decision.rev)},
                           {"before", std::to_string(decision.rev_before)}});
  }

  std::string WhyRefused(const SyncDecision& decision) const {
    const RefusalWords words = WordsOf(context_.texts(), *decision.refusal, TypeOf(decision));
    return JoinParts({words.field, words.reason}, ": ");
  }

  std::string Why(const SyncDecision& decision) const {
    switch (decision.step) {
      case SyncStep::kSent: return WhySent(decision);
      case SyncStep::kPut: return WhyPut(decision);
      case SyncStep::kRefused:
      case SyncStep::kRefusedAnew: return WhyRefused(decision);
      case SyncStep::kAnew:
        return Area(decision) + ": " +
               WordsFor("explain.reset." + ResetWord(decision.reset), "explain.reset.unknown");
      case SyncStep::kHeldBack:
        return WordsFor("explain.retry." + RetryWord(decision.retry), "explain.retry.unknown");
      default: break;
    }
    return context_.T("explain.why." + IdOf(decision.step), {{"area", decision.scope ? Area(decision) : ""},
                                                             {"rev", std::to_string(decision.rev)},
                                                             {"before", std::to_string(decision.rev_before)},
                                                             {"leaf", std::to_string(decision.leaf)},
                                                             {"count", std::to_string(decision.count)}});
  }

  std::string Field(const SyncDecision& decision, uint32_t number) const {
    if (number == kWholeRecord) return context_.T("conflicts.whole-record");
    const RecordTypeInfo* type = TypeOf(decision);
    const auto* field = type == nullptr
                            ? nullptr
                            : type->prototype->GetDescriptor()->FindFieldByNumber(static_cast<int>(number));
    return field == nullptr ? std::to_string(number) : FieldLabel(context_.texts(), *field);
  }

  std::string List(const SyncDecision& decision, const Versions& versions) const {
    std::vector<std::string> words;
    for (const std::string& version : versions) {
      const bool own = version == decision.intent.ToBytes();
      words.push_back(own ? context_.T("explain.own") : ShortVersion(version));
    }
    return words.empty() ? context_.T("explain.none") : JoinParts(words, ", ");
  }

  static const v1::FieldEdit* SawIn(const SyncDecision& decision, uint32_t field) {
    const auto found = std::find_if(decision.saw.begin(), decision.saw.end(),
                                    [&](const v1::FieldEdit& edit) { return edit.field() == field; });
    return found == decision.saw.end() ? nullptr : &*found;
  }

  std::string Merged(const SyncDecision& decision, const v1::MergedField& merged) const {
    const v1::FieldEdit* saw = SawIn(decision, merged.field());
    Versions front;
    if (!merged.front().empty()) *front.Add() = merged.front();
    const std::string id = merged.late() ? "explain.merged.late" : "explain.merged";
    return context_.T(id, {{"field", Field(decision, merged.field())},
                           {"saw", List(decision, saw == nullptr ? Versions() : saw->seen_versions())},
                           {"replaced", List(decision, merged.replaced())},
                           {"front", List(decision, front)},
                           {"beside", List(decision, merged.beside())}});
  }

  void AddRecord(const SyncDecision& decision, Json& json) const {
    const std::string handle = context_.Handle(decision.record);
    const RecordTypeInfo* type = TypeOf(decision);
    json["handle"] = handle.empty() ? Json(nullptr) : Json(handle);
    json["id"] = decision.record.ToString();
    json["type"] = type == nullptr ? Json(nullptr) : Json(type->name);
  }

  static Json VersionsJson(const Versions& versions) {
    Json list = Json::array();
    for (const std::string& version : versions) list.push_back(VersionText(version));
    return list;
  }

  Json MergedJson(const SyncDecision& decision, const v1::MergedField& merged) const {
    const v1::FieldEdit* saw = SawIn(decision, merged.field());
    return {{"field", Field(decision, merged.field())},
            {"field_number", merged.field()},
            {"saw", VersionsJson(saw == nullptr ? Versions() : saw->seen_versions())},
            {"replaced", VersionsJson(merged.replaced())},
            {"front", merged.front().empty() ? Json(nullptr) : Json(VersionText(merged.front()))},
            {"beside", VersionsJson(merged.beside())},
            {"late", merged.late()}};
  }

  const Context& context_;
  const std::vector<GrantInfo> grants_;
};

}  // namespace

void SayExplanation(const Context& context, const std::vector<SyncDecision>& decisions) {
  context.Say(context.T(decisions.empty() ? "explain.nothing" : "explain.title"));
  const Explainer explainer(context);
  for (const SyncDecision& decision : decisions) {
    for (const std::string& line : explainer.Lines(decision)) context.Say(line);
  }
}

Json ExplanationJson(const Context& context, const std::vector<SyncDecision>& decisions) {
  Json list = Json::array();
  const Explainer explainer(context);
  for (const SyncDecision& decision : decisions) list.push_back(explainer.ToJson(decision));
  return list;
}

}  // namespace opgang::cli
