#include "core/reports/report_words.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/reports/course_words.h"

namespace opgang {
namespace {

using Word = ReportWordEntry;

constexpr Word kWords[] = {
    {"response-time", "Response time: the three-day rule", "Responstid: tredagesreglen"},
    {"attendance", "Attendance, absences and their follow-up", "Fremmøde, udeblivelser og opfølgning"},
    {"recruitment", "Recruitment: from the door to smoke-free", "Rekruttering: fra døren til røgfri"},
    // Sections and groups.
    {"calendar-days", "Calendar days: due at the end of the third day after",
     "Kalenderdage: frist ved udgangen af tredjedagen"},
    {"working-days", "Working days: due at the end of the third working day",
     "Arbejdsdage: frist ved udgangen af tredje arbejdsdag"},
    {"doors", "Doors in the register", "Døre i registret"},
    {"visits", "Visits in the period", "Besøg i perioden"},
    {"people", "People", "Personer"},
    {"by-channel", "By channel", "Efter kanal"},
    {"by-area", "By area", "Efter område"},
    {"by-organisation", "By housing organisation", "Efter boligorganisation"},
    {"by-group", "By group", "Efter hold"},
    // response-time
    {"cases", "cases opened in the period", "sager åbnet i perioden"},
    {"met", "met: in a group by the due time", "overholdt: på hold inden fristen"},
    {"breach", "breach", "brud"},
    {"overdue", "overdue, nothing has ended it", "over fristen, stadig åben"},
    {"met-late", "in a group after the due time", "på hold efter fristen"},
    {"closed-late", "closed after the due time", "lukket efter fristen"},
    {"open", "open, due time not passed", "åben, fristen ikke nået"},
    {"closed-in-time", "closed before the due time", "lukket inden fristen"},
    {"mistake", "recorded by mistake", "registreret ved en fejl"},
    {"undecidable", "undecidable", "kan ikke afgøres"},
    {"asked-uncertain", "day of asking not known exactly", "dagen for henvendelsen usikker"},
    {"met-individual", "by an individual course", "ved et individuelt forløb"},
    {"cause-not-recorded", "cause not recorded", "årsag ikke registreret"},
    {"cause.no-group", "no group", "intet hold"},
    {"cause.full", "full", "fuldt"},
    {"cause.wanted-later", "wanted a later date", "ville vente"},
    {"cause.did-not-come", "did not come", "kom ikke"},
    {"cause.language", "language", "sprog"},
    {"cause.seen-too-late", "seen too late", "set for sent"},
    {"decided", "decided: met or breach", "afgjort: overholdt eller brud"},
    {"rate-a", "rate A: met of those decided", "rate A: overholdt af de afgjorte"},
    {"rate-b", "rate B: met of all cases", "rate B: overholdt af alle sager"},
    {"took-part", "ended in a group, in time or late", "endte på hold, i tide eller for sent"},
    {"hours-median", "median hours from asking", "median, timer fra henvendelsen"},
    {"hours-p90", "90th percentile, hours", "90-percentil, timer"},
    // attendance
    {"attendance.people", "people who came", "personer der kom"},
    {"attendances", "attendances", "fremmøder"},
    {"at-planned", "at a planned meeting", "ved et planlagt møde"},
    {"unplanned", "without a planned meeting", "uden planlagt møde"},
    {"individual-first", "first of an individual course", "første i et individuelt forløb"},
    {"ticked", "people ticked at planned meetings", "afkrydsninger ved planlagte møder"},
    {"came", "came", "kom"},
    {"absent", "absent", "udeblev"},
    {"contradicted", "came, and was ticked absent too", "kom, men også krydset som udeblevet"},
    {"absence-rate", "absence rate", "andel udeblevne"},
    {"follow-up-done", "followed up", "fulgt op"},
    {"follow-up-in-time", "not yet, still in time", "endnu ikke, fristen ikke nået"},
    {"follow-up-missing", "without follow-up after its due time", "uden opfølgning efter fristen"},
    {"follow-up-tried", "tried, not reached", "forsøgt, ikke truffet"},
    {"follow-up-nothing", "nothing was noted", "intet noteret"},
    {"notice.none", "no word before", "uden afbud"},
    {"notice.excused", "excused before", "med afbud"},
    {"notice.not-recorded", "notice not recorded", "afbud ikke registreret"},
    {"outcome.comes-again", "comes again", "kommer igen"},
    {"outcome.stops", "stops", "stopper"},
    {"outcome.other-offer", "goes on elsewhere", "fortsætter et andet sted"},
    {"seats", "seats promised in meetings that are over", "lovede pladser i møder der er holdt"},
    {"seat-came", "came", "kom"},
    {"seat-absent", "absent", "udeblev"},
    {"seat-not-ticked", "not ticked", "ikke krydset af"},
    {"not-ticked", "not ticked", "ikke krydset af"},
    {"date-uncertain", "perhaps in the period, day not known", "måske i perioden, dag usikker"},
    // recruitment
    {"doors.doors", "doors in the register now", "døre i registret nu"},
    {"tried", "tried", "forsøgt"},
    {"not-tried", "not tried", "ikke forsøgt"},
    {"answered", "somebody answered", "nogen svarede"},
    {"talked", "talked about the offer", "talte om tilbuddet"},
    {"interested", "interested", "interesseret"},
    {"visits.visits", "visits", "besøg"},
    {"answer.no-answer", "no answer", "ingen svarede"},
    {"answer.come-back", "come back", "kom igen"},
    {"answer.not-interested", "not interested", "ikke interesseret"},
    {"answer.interested", "interested", "interesseret"},
    {"answer.do-not-call", "do not call again", "ring ikke på igen"},
    {"answer.language", "no common language", "intet fælles sprog"},
    {"answer.child-only", "only a child at home", "kun et barn hjemme"},
    {"answer.vacant", "vacant", "tom bolig"},
    {"answer.other", "other", "andet"},
    {"answer.no-access", "no access to the entrance", "ingen adgang til opgangen"},
    {"answer.flyers-all", "flyers in all boxes", "flyers i alle postkasser"},
    {"not-at-a-door", "at no door of the register", "ikke ved en dør i registret"},
    {"visits-uncertain", "perhaps in the period, day not known", "måske i perioden, dag usikker"},
    {"inquired", "people who asked", "personer der henvendte sig"},
    {"by-door", "first asked at a door", "henvendte sig først ved en dør"},
    {"intake-begun", "intake begun", "indledende samtale begyndt"},
    {"intake-complete", "intake complete", "indledende samtale færdig"},
    {"first-attendance", "took part in a group", "deltog på hold"},
    // Closing reasons.
    {"withdrawn", "withdrawn", "ønsker det ikke længere"},
    {"wants-later-date", "wants a later date", "ønsker en senere dato"},
    {"not-reached", "not reached", "ikke truffet"},
    {"moved", "moved", "flyttet"},
    {"recorded-by-mistake", "recorded by mistake", "registreret ved en fejl"},
    {"outside-target-group", "outside the target group", "uden for målgruppen"},
    // Channels.
    {"door", "door", "dør"},
    {"telephone", "telephone", "telefon"},
    {"pharmacy", "pharmacy", "apotek"},
    {"caretaker", "caretaker", "varmemester"},
    {"municipal-staff", "municipal staff", "kommunal medarbejder"},
    {"laundry", "laundry", "vaskeri"},
    {"block-party", "block party", "gadefest"},
    {"grocer", "grocer", "købmand"},
    {"social-media", "social media", "sociale medier"},
    {"residents-magazine", "residents' magazine", "beboerblad"},
    {"event", "event", "arrangement"},
    {"mobile-unit", "mobile unit", "mobil enhed"},
    {"self", "came in person", "kom selv ind"},
    {"other", "other", "andet"},
    {"not-recorded", "not recorded", "ikke registreret"},
    // Notes.
    {"causes-never-excuse", "A cause is a person's word on why; the case stays a breach.",
     "En årsag er en persons ord for hvorfor; sagen er stadig et brud."},
    {"hours-are-spans", "Hours are a span where a time is known to the day only: the true number lies in it.",
     "Timer er et interval, hvor et tidspunkt kun kendes på dagen: det sande tal ligger i det."},
    {"follow-up-time-not-judged",
     "A follow-up counts as done whenever it was done: in time or later is not told apart.",
     "En opfølgning tæller som gjort, uanset hvornår: til tiden eller senere skelnes der ikke imellem."},
    {"inquiries-name-no-door", "A visit names no person: which inquiry came of which knock is not recorded.",
     "Et besøg nævner ingen person: hvilken henvendelse der kom af hvilket besøg, registreres ikke."},
    {"suppressed", "* A number from 1 to 4, or one from which such a number could be computed: not told.",
     "* Et tal fra 1 til 4, eller et hvoraf et sådant kunne beregnes: oplyses ikke."},
    // The page around the figures.
    {"page.all-areas", "every area", "alle områder"},
    {"page.definition", "definition", "definition"},
    {"page.as-of", "as of", "opgjort"},
    {"page.partner", "for partners: small cells are not told", "til partnere: små tal oplyses ikke"},
    {"page.of-the", "Of the", "Af de"},
    {"page.figure", "figure", "tal"},
    {"page.number", "number", "antal"},
    {"page.share", "per cent", "procent"},
    {"page.id", "id", "id"},
    {"page.hours", "h", "t"},
    {"page.no-rows", "No rows.", "Ingen rækker."},
    {"page.more", "opgangd report %s ... --rows ID lists the rows behind a number (pseudonyms)",
     "opgangd report %s ... --rows ID viser rækkerne bag et tal (pseudonymer)"},
};

// "Of the 14 ...".
constexpr Word kWholes[] = {
    {"cases", "cases", "sager"},
    {"met", "cases that were met", "overholdte sager"},
    {"breach", "breaches", "brud"},
    {"decided", "cases that are decided", "afgjorte sager"},
    {"took-part", "cases that ended in a group", "sager der endte på hold"},
    {"closed-in-time", "cases closed before the due time", "sager lukket inden fristen"},
    {"closed-late", "cases closed after the due time", "sager lukket efter fristen"},
    {"absent", "absences", "udeblivelser"},
    {"follow-up-done", "absences that were followed up", "udeblivelser der er fulgt op"},
    {"follow-up-missing", "absences without follow-up", "udeblivelser uden opfølgning"},
    {"seats", "seats", "pladser"},
    {"doors", "doors", "døre"},
    {"tried", "doors that were tried", "forsøgte døre"},
    {"answered", "doors where somebody answered", "døre hvor nogen svarede"},
    {"talked", "doors where they talked", "døre hvor man talte"},
    {"ticked", "ticks at planned meetings", "afkrydsninger"},
    {"attendances", "attendances", "fremmøder"},
    {"visits", "visits", "besøg"},
    {"inquired", "people who asked", "personer der henvendte sig"},
};

constexpr Word kColumns[] = {
    {"cases", "cases", "sager"},
    {"met", "met", "overh."},
    {"breach", "breach", "brud"},
    {"open", "open", "åben"},
    {"closed-in-time", "closed", "lukket"},
    {"undecidable", "undec.", "uafgj."},
    {"rate-a", "A", "A"},
    {"rate-b", "B", "B"},
    {"hours-median", "median h", "median t"},
    {"attendances", "came", "kom"},
    {"ticked", "ticked", "kryds"},
    {"absent", "absent", "udebl."},
    {"absence-rate", "rate", "andel"},
    {"follow-up-done", "f.-up", "opf."},
    {"follow-up-missing", "without", "uden"},
    {"doors", "doors", "døre"},
    {"tried", "tried", "forsøgt"},
    {"answered", "answer", "svar"},
    {"talked", "talked", "talte"},
    {"interested", "inter.", "inter."},
    {"visits", "visits", "besøg"},
    {"inquired", "asked", "henv."},
    {"intake-complete", "intake", "samtale"},
    {"first-attendance", "group", "hold"},
    {"pseudonym", "row", "række"},
    {"person", "person", "person"},
    {"asked", "asked", "henvendt"},
    {"inquiries", "inquiries", "henvendelser"},
    {"steps", "steps", "skridt"},
    {"took-part", "took part", "på hold"},
    {"hours", "hours", "timer"},
    {"closed", "closed", "lukket"},
    {"reason", "reason", "grund"},
    {"channel", "channel", "kanal"},
    {"area", "area", "område"},
    {"organisation", "organisation", "organisation"},
    {"due.calendar-days", "due (calendar days)", "frist (kalenderdage)"},
    {"standing.calendar-days", "standing (calendar days)", "status (kalenderdage)"},
    {"due.working-days", "due (working days)", "frist (arbejdsdage)"},
    {"standing.working-days", "standing (working days)", "status (arbejdsdage)"},
    {"what", "what", "hvad"},
    {"date", "date", "dato"},
    {"group", "group", "hold"},
    {"planned", "planned", "planlagt"},
    {"seat", "seat", "plads"},
    {"notice", "notice", "afbud"},
    {"follow-up", "follow-up", "opfølgning"},
    {"outcome", "outcome", "udfald"},
    {"cause", "cause", "årsag"},
    {"times", "times", "gange"},
    {"furthest", "furthest", "længst"},
    {"answer", "answer", "svar"},
    {"door", "door", "dør"},
    {"by-door", "by a door", "ved en dør"},
    {"intake", "intake", "samtale"},
};

const Word* Find(std::span<const Word> words, std::span<const Word> of_courses, std::string_view code) {
  for (const std::span<const Word> list : {words, of_courses}) {
    const auto found = std::ranges::find(list, code, &Word::code);
    if (found != list.end()) return &*found;
  }
  return nullptr;
}

std::string In(const Word& word, ReportLanguage language) {
  return std::string(language == ReportLanguage::kDanish ? word.danish : word.english);
}

std::string Tenths(int64_t tenths, ReportLanguage language) {
  const char* point = language == ReportLanguage::kDanish ? "," : ".";
  return std::to_string(tenths / 10) + point + std::to_string(tenths % 10);
}

}  // namespace

ReportLanguage ReportLanguageOf(std::string_view name) {
  const bool danish =
      name == "da" || name.starts_with("da_") || name.starts_with("da-") || name.starts_with("da.");
  return danish ? ReportLanguage::kDanish : ReportLanguage::kEnglish;
}

std::string ReportWord(std::string_view code, ReportLanguage language) {
  std::string_view rest = code;
  while (true) {
    if (const Word* word = Find(kWords, CourseWords(), rest)) return In(*word, language);
    const size_t dot = rest.find('.');
    if (dot == std::string_view::npos) return std::string(code);
    rest.remove_prefix(dot + 1);
  }
}

std::string ReportWhole(std::string_view code, ReportLanguage language) {
  const Word* word = Find(kWholes, CourseWholes(), code);
  return word == nullptr ? ReportWord(code, language) : In(*word, language);
}

std::string ReportColumn(std::string_view code, ReportLanguage language) {
  const Word* word = Find(kColumns, CourseColumns(), code);
  return word == nullptr ? std::string(code) : In(*word, language);
}

std::string ReportKey(std::string_view group, std::string_view key, ReportLanguage language) {
  if (key.empty()) return ReportWord("not-recorded", language);
  return group == "by-channel" ? ReportWord(key, language) : std::string(key);  // else a name
}

std::string PerCent(int64_t numerator, int64_t denominator, ReportLanguage language) {
  if (denominator == 0) return "-";
  return Tenths((numerator * 2000 + denominator) / (denominator * 2), language) + " %";
}

std::string Decimal(double value, ReportLanguage language) {
  return Tenths(static_cast<int64_t>(std::floor(value * 10 + 0.5)), language);
}

}  // namespace opgang
