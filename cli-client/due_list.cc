#include "cli-client/due_list.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "cli-client/dates.h"
#include "cli-client/group_view.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/words.h"
#include "core/base/clock.h"

namespace opgang::cli {
namespace {

constexpr int kHandleColumns = 6;

const v1::StatedTime* HappenedOf(const v1::Reply& reply) {
  return reply.has_happened() ? &reply.happened() : nullptr;
}

Ink InkOf(CaseState state) {
  if (state == CaseState::kOverdue) return Ink::kAlarm;
  return state == CaseState::kDueSoon ? Ink::kBold : Ink::kPlain;
}

const v1::Inquiry* InquiryOf(const CaseLine& line) {
  return line.inquiry == nullptr ? nullptr : &line.inquiry->As<v1::Inquiry>();
}

std::string WhoWords(const Context& context, const View& view, const CaseLine& line) {
  const std::string name = CitizenLabel(context, line.citizen);
  if (line.citizen == nullptr) return name;
  return JoinParts({name, HomeLabel(view, line.citizen->As<v1::Citizen>())}, ", ");
}

Json StepJson(const ReplyFact& step) {
  return {{"way", Word(step.reply->way())},
          {"outcome", Word(step.reply->outcome())},
          {"date", JsonDate(HappenedOn(HappenedOf(*step.reply), step.recorded))}};
}

}  // namespace

std::string DueDateWords(const Context& context, const DateSpan& due) {
  const Texts& texts = context.texts();
  const absl::CivilDay today = context.Today();
  if (due.exact()) return texts("due.by", {{"day", DayWords(texts, due.earliest, today)}});
  return texts("due.by-inexact", {{"earliest", DayWords(texts, due.earliest, today)},
                                  {"latest", DayWords(texts, due.latest, today)}});
}

std::string DueWords(const Context& context, const ResponseCase& response_case) {
  const Texts& texts = context.texts();
  const absl::Time now = context.Now();
  const absl::Time earliest = EndOfLocalDay(response_case.due.earliest);
  const absl::Time latest = EndOfLocalDay(response_case.due.latest);
  const std::string by = DueDateWords(context, response_case.due);
  if (response_case.state == CaseState::kOverdue) {
    return texts("due.overdue", {{"span", SpanWords(texts, now - latest)}, {"by", by}});
  }
  if (!response_case.open()) {
    return texts("due.state." + std::string(CaseStateName(response_case.state)), {{"by", by}});
  }
  if (now >= earliest) return texts("due.perhaps-overdue", {{"by", by}});
  return texts("due.left", {{"by", by}, {"span", SpanWords(texts, earliest - now)}});
}

std::string StepWords(const Context& context, const ResponseCase& response_case) {
  const Texts& texts = context.texts();
  if (!response_case.last_step) return texts("due.no-step");
  const v1::Reply& reply = *response_case.last_step->reply;
  const absl::CivilDay day = HappenedOn(HappenedOf(reply), response_case.last_step->recorded);
  const std::string id = "step." + Word(reply.way());
  const std::string did = texts.Find(id) ? texts(id, {{"day", RecentDayWords(texts, day, context.Today())}})
                                         : Label(texts, reply.way());
  return texts("due.last-step", {{"did", did}, {"outcome", Label(texts, reply.outcome())}});
}

std::string ContactWords(const Context& context, const CaseLine& line) {
  std::vector<std::string> parts;
  if (line.citizen != nullptr) {
    const auto& citizen = line.citizen->As<v1::Citizen>();
    if (!citizen.language().empty()) {
      parts.push_back(context.T("citizen.speaks", {{"language", Shown(citizen.language())}}));
    }
    if (citizen.interpreter_needed()) parts.push_back(context.T("citizen.interpreter"));
  }
  const v1::Inquiry* inquiry = InquiryOf(line);
  if (inquiry != nullptr && !inquiry->safe_hours().empty()) {
    parts.push_back(context.T("citizen.safe-hours", {{"hours", Shown(inquiry->safe_hours())}}));
  }
  return JoinParts(parts, ", ");
}

std::string HeldByWords(const Context& context, const std::set<std::string>& holders) {
  if (holders.empty()) return {};
  return context.T("tasks.held-by", {{"holders", Shown(absl::StrJoin(holders, ", "))}});
}

std::vector<std::string> CaseLines(const Context& context, const View& view, const GroupFacts& facts,
                                   const CaseLine& line, int width) {
  const bool color = context.options().color;
  const std::string handle = PadTo(view.HandleOf(line.response_case.id), kHandleColumns - 1) + " ";
  const std::string first =
      DueWords(context, line.response_case) + "; " + StepWords(context, line.response_case);
  std::vector<std::string> lines = Wrap(handle + first, width, kHandleColumns);
  if (color) lines[0] = Inked(lines[0], InkOf(line.response_case.state), color);
  const std::string held = HeldByWords(context, facts.HoldersOf(line.response_case.id));
  const std::string who =
      JoinParts({ContactWords(context, line), WhoWords(context, view, line), held}, " | ");
  for (const std::string& more : {GroupWords(context, facts, line), who}) {
    if (more.empty()) continue;
    for (const std::string& part : Wrap(std::string(kHandleColumns, ' ') + more, width, kHandleColumns)) {
      lines.push_back(part);
    }
  }
  return lines;
}

Json CaseJson(const Context& context, const View& view, const GroupFacts& facts, const CaseLine& line) {
  const ResponseCase& c = line.response_case;
  Json json = {
      {"handle", view.HandleOf(c.id)},
      {"citizen", view.HandleOf(c.citizen)},
      {"state", CaseStateName(c.state)},
      {"breach", c.breach},
      {"asked", {{"earliest", JsonDate(c.asked.earliest)}, {"latest", JsonDate(c.asked.latest)}}},
      {"in_a_group_by", {{"earliest", JsonDate(c.due.earliest)}, {"latest", JsonDate(c.due.latest)}}},
      {"due_time", JsonTime(EndOfLocalDay(c.due.earliest))},
      {"steps", c.steps},
      {"inquiries", c.inquiries.size()}};
  if (c.last_step) json["last_step"] = StepJson(*c.last_step);
  if (c.closing_reason) json["closing_reason"] = Word(*c.closing_reason);
  if (line.citizen != nullptr) {
    const auto& citizen = line.citizen->As<v1::Citizen>();
    json["name"] = citizen.name();
    json["home"] = HomeLabel(view, citizen);
    json["language"] = citizen.language();
    json["interpreter_needed"] = citizen.interpreter_needed();
  }
  if (const v1::Inquiry* inquiry = InquiryOf(line)) {
    json["channel"] = Word(inquiry->channel());
    json["safe_hours"] = inquiry->safe_hours();
  }
  json["holders"] = facts.HoldersOf(c.id);
  json["group"] = CaseGroupJson(context, view, facts, line);
  return json;
}

void SayCases(const Context& context, const View& view, const std::vector<CaseLine>& cases) {
  if (context.options().json) return;  // nothing is said
  const int width = context.terminal().Width();
  const GroupFacts facts(view);
  std::vector<std::string> said;
  for (const CaseLine& line : cases) {
    for (std::string& text : CaseLines(context, view, facts, line, width)) said.push_back(std::move(text));
  }
  context.SayAll(said);
  const auto overdue = std::count_if(cases.begin(), cases.end(), [](const CaseLine& line) {
    return line.response_case.state == CaseState::kOverdue;
  });
  context.Say(context.T(cases.empty() ? "due.none" : "due.count",
                        {{"count", std::to_string(cases.size())}, {"overdue", std::to_string(overdue)}}));
}

Json CasesJson(const Context& context, const View& view, const std::vector<CaseLine>& cases) {
  Json list = Json::array();
  const GroupFacts facts(view);
  for (const CaseLine& line : cases) list.push_back(CaseJson(context, view, facts, line));
  return list;
}

}  // namespace opgang::cli
