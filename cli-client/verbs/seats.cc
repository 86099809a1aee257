// A promise made at the door: opgang seats (which meetings meet the rule), opgang book (a seat in one of them), opgang
// seat (confirm it, tell it anew after a move, or cancel it). All of it works without a network.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli-client/due_list.h"
#include "cli-client/group_view.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/record_json.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

constexpr size_t kLaterShown = 3;

struct SeatArgs {
  std::string citizen;
  std::string meeting;
  std::string seat;
  std::string state;
};

// The citizen's open case; kNotFound with words where there is none.
absl::StatusOr<CaseLine> OpenCase(const Context& context, const View& view, const VisibleRecord& citizen) {
  for (CaseLine& line : view.CasesOfCitizen(citizen.id, context.Now())) {
    if (line.response_case.open()) return std::move(line);
  }
  return ErrorWithWords(ErrorCode::kNotFound, context.T("seats.no-open-case"));
}

// What booking it here would mean: a promise, by a chair that is lent, or a wish.
std::string BookingWords(const Context& context, const MeetingLine& meeting, const SeatOffer& offer) {
  if (MayPromise(meeting.group->As<v1::Group>())) return {};
  const int lent = context.store().LentChairs(offer.meeting);
  if (lent > 0) return context.T("seats.lent", {{"count", std::to_string(lent)}});
  return context.T(offer.full ? "seats.full" : "seats.wish");
}

std::string OfferWords(const Context& context, const GroupFacts& facts, const SeatOffer& offer,
                       bool is_last) {
  const MeetingLine& meeting = *facts.FindMeeting(offer.meeting);
  return JoinParts(
      {MeetingWords(context, meeting), ChairWords(context, meeting), BookingWords(context, meeting, offer),
       offer.elsewhere ? context.T("seats.elsewhere") : "",
       offer.needs_interpreter ? context.T("citizen.interpreter") : "",
       is_last ? context.T("seats.last") : ""},
      "; ");
}

Json OfferJson(const Context& context, const View& view, const GroupFacts& facts, const SeatOffer& offer) {
  Json json = MeetingJson(view, *facts.FindMeeting(offer.meeting));
  json["full"] = offer.full;
  json["lent"] = context.store().LentChairs(offer.meeting);
  json["elsewhere"] = offer.elsewhere;
  json["needs_interpreter"] = offer.needs_interpreter;
  return json;
}

Json OffersJson(const Context& context, const View& view, const GroupFacts& facts,
                const std::vector<SeatOffer>& offers) {
  Json list = Json::array();
  for (const SeatOffer& offer : offers) list.push_back(OfferJson(context, view, facts, offer));
  return list;
}

void SayOffers(const Context& context, const View& view, const GroupFacts& facts,
               const std::vector<SeatOffer>& offers, const std::optional<SeatOffer>& last) {
  for (const SeatOffer& offer : offers) {
    const bool is_last = last && last->meeting == offer.meeting;
    const std::string text =
        "  " + PadTo(view.HandleOf(offer.meeting), 5) + " " + OfferWords(context, facts, offer, is_last);
    for (const std::string& part : Wrap(text, context.terminal().Width(), 8)) context.Say(part);
  }
}

absl::Status RunSeats(Context& context, const SeatArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* citizen, CitizenOf(context, *view, args.citizen));
  ASSIGN_OR_RETURN(const CaseLine line, OpenCase(context, *view, *citizen));
  const GroupFacts facts(*view);
  SeatChoice choice = facts.SeatsFor(line, context.Now());
  for (const std::string& text : CaseLines(context, *view, facts, line, context.terminal().Width()))
    context.Say(text);
  SayOffers(context, *view, facts, choice.in_time, choice.last);
  if (choice.in_time.empty()) context.Say(context.T("seats.none-in-time"));
  choice.later.resize(std::min(choice.later.size(), kLaterShown));
  if (!choice.later.empty()) context.Say(context.T("seats.later"));
  SayOffers(context, *view, facts, choice.later, std::nullopt);
  Json document = JsonDocument("seats");
  document["case"] = CaseJson(context, *view, facts, line);
  document["in_time"] = OffersJson(context, *view, facts, choice.in_time);
  document["later"] = OffersJson(context, *view, facts, choice.later);
  context.Emit(document);
  return absl::OkStatus();
}

// The meeting that was named, else one of those that are offered.
absl::StatusOr<const MeetingLine*> MeetingToBook(const Context& context, const View& view,
                                                 const GroupFacts& facts, const VisibleRecord& citizen,
                                                 const std::string& handle) {
  if (!handle.empty()) return MeetingOfHandle(context, view, facts, handle);
  ASSIGN_OR_RETURN(const CaseLine line, OpenCase(context, view, citizen));
  const SeatChoice choice = facts.SeatsFor(line, context.Now());
  std::vector<SeatOffer> offers = choice.in_time;
  offers.insert(offers.end(), choice.later.begin(), choice.later.end());
  if (offers.empty()) return ErrorWithWords(ErrorCode::kNotFound, context.T("seats.none-at-all"));
  if (!context.MayPrompt()) return ErrorWithWords(ErrorCode::kUsage, context.T("usage.needs-handle"));
  std::vector<std::string> labels;
  for (const SeatOffer& offer : offers) {
    labels.push_back(OfferWords(context, facts, offer, choice.last && choice.last->meeting == offer.meeting));
  }
  ASSIGN_OR_RETURN(const size_t chosen, ChooseOne(context, context.T("seats.which"), labels));
  return facts.FindMeeting(offers[chosen].meeting);
}

// What the citizen is told: the meeting as it stands now.
void Tell(const v1::Meeting& meeting, v1::Seat& seat) {
  *seat.mutable_told_start() = meeting.start();
  seat.set_told_venue_id(meeting.venue_id());
}

bool HasSeat(const GroupFacts& facts, RecordId citizen, RecordId meeting) {
  const std::vector<SeatLine> seats = facts.SeatsOf(citizen);
  return std::ranges::any_of(seats, [&](const SeatLine& line) {
    return IsLive(line.state) && line.meeting != nullptr && line.meeting->meeting->id == meeting;
  });
}

// Without asking anybody: the chairs have no limit, or one of them is lent to this store. Save() takes it.
bool MayPromiseHere(const Context& context, const MeetingLine& line) {
  if (line.group == nullptr) return false;
  return MayPromise(line.group->As<v1::Group>()) || context.store().LentChairs(line.meeting->id) > 0;
}

absl::Status RunBook(Context& context, const SeatArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* citizen, CitizenOf(context, *view, args.citizen));
  const GroupFacts facts(*view);
  ASSIGN_OR_RETURN(const MeetingLine* line, MeetingToBook(context, *view, facts, *citizen, args.meeting));
  if (HasSeat(facts, citizen->id, line->meeting->id)) {
    return ErrorWithWords(ErrorCode::kBadInput, context.T("book.twice"));
  }
  const bool may_promise = MayPromiseHere(context, *line);
  v1::Seat seat;
  seat.set_citizen_id(citizen->id.ToBytes());
  seat.set_meeting_id(line->meeting->id.ToBytes());
  seat.set_state(may_promise ? v1::SEAT_STATE_PROMISED : v1::SEAT_STATE_TO_BE_CONFIRMED);
  Tell(line->meeting->As<v1::Meeting>(), seat);
  const std::string meeting = MeetingWords(context, *line);
  const std::string words = context.T(may_promise ? "book.promised" : "book.to-be-confirmed",
                                      {{"citizen", view->HandleOf(citizen->id)}, {"meeting", meeting}});
  Bundle bundle = context.NewBundle();
  bundle.Create(seat, AreaOf(*citizen));
  return SaveAndTell(context, bundle, words);
}

// What is promised already keeps its chair.
absl::Status HasChair(const Context& context, const v1::Seat& seat, const MeetingLine& line) {
  if (seat.state() == v1::SEAT_STATE_PROMISED || MayPromiseHere(context, line)) return absl::OkStatus();
  return ErrorWithWords(ErrorCode::kBadInput,
                        context.T("seat.no-chair", {{"chairs", ChairWords(context, line)}}));
}

absl::Status RunSeat(Context& context, const SeatArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* record, RecordOfType(context, *view, args.seat, RecordType::kSeat));
  ASSIGN_OR_RETURN(const v1::SeatState state,
                   WordOrAsk<v1::SeatState>(context, args.state, context.T("seat.which-state"), "state"));
  v1::Seat seat = record->As<v1::Seat>();
  const GroupFacts facts(*view);
  const auto meeting = RecordId::FromBytes(seat.meeting_id());
  const MeetingLine* line = meeting ? facts.FindMeeting(*meeting) : nullptr;
  if (state != v1::SEAT_STATE_CANCELLED && line != nullptr) {
    if (state == v1::SEAT_STATE_PROMISED) RETURN_IF_ERROR(HasChair(context, seat, *line));
    Tell(line->meeting->As<v1::Meeting>(), seat);
  }
  using M = v1::Seat;
  std::vector<uint32_t> fields = {M::kToldStartFieldNumber, M::kToldVenueIdFieldNumber};
  // Told anew, it is the same promise with the same chair.
  if (seat.state() != state) fields.push_back(M::kStateFieldNumber);
  seat.set_state(state);
  Bundle bundle = context.NewBundle();
  bundle.Patch(record->id, seat, fields);
  const SeatLine told{record, line,
                      StateOfSeat(seat, line == nullptr ? nullptr : &line->meeting->As<v1::Meeting>())};
  return SaveAndTell(context, bundle, context.T("seat.saved", {{"seat", SeatWords(context, told)}}));
}

}  // namespace

void AddSeats(VerbTable& verbs) {
  auto args = std::make_shared<SeatArgs>();
  CLI::App* verb = verbs.Add("seats", [args](Context& context) { return RunSeats(context, *args); });
  verb->add_option("citizen", args->citizen, verbs.T("help.argument.citizen"))->required();
}

void AddBook(VerbTable& verbs) {
  auto args = std::make_shared<SeatArgs>();
  CLI::App* verb = verbs.Add("book", [args](Context& context) { return RunBook(context, *args); });
  verb->add_option("citizen", args->citizen, verbs.T("help.argument.citizen"))->required();
  verb->add_option("meeting", args->meeting, verbs.T("help.book.meeting"));
}

void AddSeat(VerbTable& verbs) {
  auto args = std::make_shared<SeatArgs>();
  CLI::App* verb = verbs.Add("seat", [args](Context& context) { return RunSeat(context, *args); });
  verb->add_option("seat", args->seat, verbs.T("help.seat.handle"))->required();
  verb->add_option("state", args->state, verbs.T("help.seat.state"));
}

}  // namespace opgang::cli
