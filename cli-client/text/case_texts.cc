// Cases: the due list, the board, steps, looking and mending.
#include "cli-client/text/catalogue.h"

namespace opgang::cli {
namespace {

constexpr CatalogueEntry kTexts[] = {
    {"due.by", "in a group by {day}", "på hold senest {day}"},
    {"due.by-inexact", "in a group by ~{earliest} to {latest}", "på hold senest ~{earliest} til {latest}"},
    {"due.left", "{by}, {span} left", "{by}, {span} tilbage"},
    {"due.overdue", "OVERDUE by {span}: {by}", "OVERSKREDET med {span}: {by}"},
    {"due.perhaps-overdue", "{by}, perhaps overdue", "{by}, måske overskredet"},
    {"due.state.met", "met: {by}", "overholdt: {by}"},
    {"due.state.met-late", "met late: {by}", "overholdt for sent: {by}"},
    {"due.state.closed", "closed: {by}", "lukket: {by}"},
    {"due.state.undecidable", "undecidable: {by}", "kan ikke afgøres: {by}"},
    {"due.no-step", "no step yet", "intet skridt endnu"},
    {"due.last-step", "last step: {did}, {outcome}", "sidste skridt: {did}, {outcome}"},
    {"due.none", "No open case.", "Ingen åben sag."},
    {"due.count", "Open cases: {count}, overdue: {overdue}.", "Åbne sager: {count}, overskredet: {overdue}."},
    {"due.policy", "Counted by: {policy}.", "Talt efter: {policy}."},
    {"step.telephone", "rang {day}", "ringede {day}"},
    {"step.sms", "wrote an SMS {day}", "skrev sms {day}"},
    {"step.visit", "knocked {day}", "bankede på {day}"},
    {"step.agreed-place", "at the agreed place {day}", "på det aftalte sted {day}"},
    {"state.open", "open", "åben"},
    {"state.due-soon", "due soon", "haster"},
    {"state.overdue", "overdue", "overskredet"},
    {"state.met", "met", "overholdt"},
    {"state.met-late", "met late", "overholdt for sent"},
    {"state.closed", "closed", "lukket"},
    {"state.undecidable", "undecidable", "kan ikke afgøres"},
    {"board.header", "Response board, {now}", "Svartavle, {now}"},
    {"devices.silent", "Silent devices: {count} of {all}.", "Tavse enheder: {count} af {all}."},
    {"devices.none-silent", "No device is silent (devices: {all}).", "Ingen enhed er tavs (enheder: {all})."},
    {"devices.line", "{device} ({holder}): last sync {last}, unsent {unsent}.",
     "{device} ({holder}): sidst synkroniseret {last}, usendt {unsent}."},
    {"devices.due", "Nearest due {when}.", "Nærmeste frist {when}."},
    {"devices.never", "never", "aldrig"},
    {"devices.twin",
     "{device} ({holder}) EXISTS TWICE since {since}: it was copied, or put back from an old image. Tell "
     "whoever runs "
     "the base.",
     "{device} ({holder}) FINDES TO GANGE siden {since}: den er kopieret eller lagt tilbage fra et gammelt "
     "billede. "
     "Sig det til den, der driver basen."},
    {"devices.no-answer",
     "The base does not answer: everything here is as of the last sync, {when}, and which devices are silent "
     "is not known.",
     "Basen svarer ikke: alt her er fra sidste synkronisering, {when}, og hvilke enheder der er tavse, vides "
     "ikke."},
    {"devices.no-answer.never", "The base does not answer, and this device has never synced.",
     "Basen svarer ikke, og denne enhed har aldrig synkroniseret."},
    {"reply.way", "How was the citizen sought?", "Hvordan blev borgeren søgt?"},
    {"reply.outcome", "What came of it?", "Hvad kom der ud af det?"},
    {"reply.saved", "Saved: a step towards {citizen}. The clock runs on until the citizen takes part.",
     "Gemt: et skridt mod {citizen}. Uret går, indtil borgeren deltager."},
    {"took-part.kind", "What was it?", "Hvad var det?"},
    {"took-part.place", "In which room:", "I hvilket lokale:"},
    {"took-part.place.default", "In which room (Enter: {place}):", "I hvilket lokale (Enter: {place}):"},
    {"took-part.place.missing", "In which room? It is asked on a terminal, and else read from stdin.",
     "I hvilket lokale? Det spørges der om på en terminal og læses ellers fra stdin."},
    {"took-part.saved", "Saved: {citizen} took part.", "Gemt: {citizen} deltog."},
    {"close.reason", "Why does the case end?", "Hvorfor slutter sagen?"},
    {"close.saved", "Saved: the case of {citizen} is closed.", "Gemt: sagen for {citizen} er lukket."},
    {"find.prompt",
     "Name, address, telephone, slip or handle:", "Navn, adresse, telefon, seddel eller mærke:"},
    {"find.nothing", "What to look for is typed at the prompt, or read from stdin as one line.",
     "Det, der skal søges, skrives ved spørgsmålet eller læses fra stdin som én linje."},
    {"find.none", "Nothing found on this device.", "Intet fundet på denne enhed."},
    {"show.not-here", "not on this device", "ikke på denne enhed"},
    {"show.cleared", "(cleared)", "(slettet)"},
    {"show.by", "{value} by {author}", "{value} af {author}"},
    {"show.side-by-side", "{count} values: {values}", "{count} værdier: {values}"},
    {"show.yes", "yes", "ja"},
    {"show.no", "no", "nej"},
    {"show.origin", "noted by {author}, {when}", "noteret af {author}, {when}"},
    {"show.unsent", "not yet at the base", "endnu ikke på basen"},
    {"show.attention", "needs attention: opgang outbox", "kræver opmærksomhed: opgang outbox"},
    {"correct.saved", "Saved: {handle} corrected.", "Gemt: {handle} rettet."},
    {"correct.asked.only-inquiry", "--asked is for an inquiry.", "--asked er til en henvendelse."},
    {"correct.asked.missing", "When did the citizen ask?", "Hvornår spurgte borgeren?"},
    {"correct.reason", "Why does the day change? (It moves the due time.)",
     "Hvorfor ændres dagen? (Det flytter fristen.)"},
    {"correct.nothing", "The input names no field.", "Input nævner intet felt."},
    {"correct.choose-field", "Which field?", "Hvilket felt?"},
    {"correct.which-field", "--field is one of: {fields}.", "--field er et af: {fields}."},
    {"correct.side-by-side", "Several people wrote this field. Which value holds?",
     "Flere har skrevet dette felt. Hvilken værdi gælder?"},
    {"correct.another", "another value", "en anden værdi"},
    {"correct.clear", "Clear the field?", "Slet feltet?"},
};

}  // namespace

std::span<const CatalogueEntry> CaseTexts() { return kTexts; }

}  // namespace opgang::cli
