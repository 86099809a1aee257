// Who does what, why a case was late, likely duplicates: commands, labels, words.
#include "cli-client/text/catalogue.h"

namespace opgang::cli {
namespace {

constexpr CatalogueEntry kTexts[] = {
    {"help.claim", "take a task on", "tag en opgave på dig"},
    {"help.claim.task", "handle of the task (opgang tasks)", "opgavens mærke (opgang tasks)"},
    {"help.claim.give-back", "give it back: nobody holds it", "giv den fra dig: ingen har den"},
    {"help.hand-over", "hand a task over to a colleague", "giv en opgave videre til en kollega"},
    {"help.hand-over.to", "the colleague's staff code", "kollegaens medarbejderkode"},
    {"help.cause", "why a case was not answered in time", "hvorfor en sag ikke blev holdt inden fristen"},
    {"help.cause.case", "handle of the case or the citizen", "sagens eller borgerens mærke"},
    {"help.cause.cause",
     "no-group, full, wanted-later, did-not-come, language, not-reached, seen-too-late, other",
     "no-group, full, wanted-later, did-not-come, language, not-reached, seen-too-late, other"},

    {"type.claim", "task in hand", "påtaget opgave"},
    {"type.breach-cause", "cause of a breach", "årsag til overskridelse"},
    {"field.task_id", "task", "opgave"},
    {"field.holder", "held by, staff code", "hos, medarbejderkode"},
    {"field.inquiry_id", "inquiry", "henvendelse"},
    {"field.cause", "cause", "årsag"},
    {"enum.CAUSE_OF_BREACH_NO_GROUP", "no &group", "intet &hold"},
    {"enum.CAUSE_OF_BREACH_FULL", "&full", "&fuldt"},
    {"enum.CAUSE_OF_BREACH_WANTED_LATER", "the citizen &wanted later", "borgeren ville &vente"},
    {"enum.CAUSE_OF_BREACH_DID_NOT_COME", "&did not come", "&kom ikke"},
    {"enum.CAUSE_OF_BREACH_LANGUAGE", "&language", "&sprog"},
    {"enum.CAUSE_OF_BREACH_NOT_REACHED", "&not reached", "&ikke truffet"},
    {"enum.CAUSE_OF_BREACH_SEEN_TOO_LATE", "&seen too late", "set for s&ent"},
    {"enum.CAUSE_OF_BREACH_OTHER", "&other", "&andet"},

    {"tasks.kind.breach-cause", "not in time: why?", "ikke i tide: hvorfor?"},
    {"tasks.kind.likely-duplicate", "perhaps registered twice", "måske registreret to gange"},
    {"tasks.duplicate-of", "with {old} (same: {alike})", "med {old} (ens: {alike})"},
    {"tasks.held-by", "held by {holders}", "hos {holders}"},
    {"claim.saved", "Saved: {task} is held by {holder}.", "Gemt: {task} er hos {holder}."},
    {"claim.given-back", "Saved: nobody holds {task}.", "Gemt: ingen har {task}."},
    {"claim.nobody", "Nobody holds this task.", "Ingen har denne opgave."},
    {"claim.no-citizen", "This is about no citizen, so it is no task.",
     "Det handler ikke om en borger, så det er ingen opgave."},
    {"claim.unknown-holder", "Nobody called {holder} has noted anything on this device. Check the code.",
     "Ingen med koden {holder} har noteret noget på denne enhed. Tjek koden."},
    {"cause.which", "Why was it not in time?", "Hvorfor blev det ikke i tide?"},
    {"cause.no-breach", "No case of this citizen was late.", "Ingen af borgerens sager er overskredet."},
    {"cause.saved", "Saved: the cause. The case stays a breach.",
     "Gemt: årsagen. Sagen er stadig overskredet."},
    {"same-person.two", "{one} and {other} are two persons.", "{one} og {other} er to personer."},
    {"help.same-person.two", "they are two: ask no more", "det er to: spørg ikke mere"},

    {"help.report", "numbers of the base, for coordinators", "basens tal, for koordinatorer"},
    {"help.report.name",
     "response-time, attendance, recruitment, stop, nhs-4-week, russell, nrt, kom-og-kvit",
     "response-time, attendance, recruitment, stop, nhs-4-week, russell, nrt, kom-og-kvit"},
    {"help.report.from", "first day of the period: 2026-01-01", "periodens første dag: 2026-01-01"},
    {"help.report.to", "last day of the period, included", "periodens sidste dag, inklusive"},
    {"help.report.area", "one area's name; else every area", "ét områdes navn; ellers alle områder"},
    {"help.report.rows", "the pseudonymised rows behind the figure of this id",
     "de pseudonymiserede rækker bag tallet med dette id"},
    {"help.report.csv", "for a Danish spreadsheet", "til et dansk regneark"},
    {"help.report.html", "a page to print", "en side til at printe"},
    {"help.report.for-partner", "to be given away: small numbers are not told",
     "til at give videre: små tal oplyses ikke"},
    {"report.day", "{option} is a date such as 2026-03-31.", "{option} er en dato som 2026-03-31."},
    {"report.one-form", "One form at a time: --json, --csv or --html.",
     "Én form ad gangen: --json, --csv eller --html."},
    {"report.no-partner-rows", "--rows shows single people's rows, which no partner is told.",
     "--rows viser enkelte personers rækker, som ingen partner får oplyst."},
};

}  // namespace

std::span<const CatalogueEntry> WorkTexts() { return kTexts; }

}  // namespace opgang::cli
