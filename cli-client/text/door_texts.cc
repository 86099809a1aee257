// In the stairwell: entrances, doors, the walk.
#include "cli-client/text/catalogue.h"

namespace opgang::cli {
namespace {

constexpr CatalogueEntry kTexts[] = {
    {"at.prompt", "Street and number (Tab completes):", "Vej og nummer (Tab udfylder):"},
    {"at.none", "No entrance here is called that. If the register lacks it: opgang at --add.",
     "Ingen opgang her hedder det. Mangler den i registeret: opgang at --add."},
    {"at.several", "Several entrances fit. Type more of it.", "Flere opgange passer. Skriv mere."},
    {"at.no-entrance-handle", "That handle is not an entrance.", "Det mærke er ikke en opgang."},
    {"at.chosen", "{entrance} ({handle}), doors: {doors}.", "{entrance} ({handle}), døre: {doors}."},
    {"at.added", "{entrance} added at the door; the base will check it.",
     "{entrance} tilføjet ved døren; basen vil kontrollere den."},
    {"at.add.address", "Street and number of the entrance:", "Opgangens vej og nummer:"},
    {"at.add.address.problem", "A street and a number are wanted, like Humlebakken 20B.",
     "Der skal stå en vej og et nummer, fx Humlebakken 20B."},
    {"at.add.postcode", "Postcode (Enter: {default}):", "Postnummer (Enter: {default}):"},
    {"at.add.postcode.problem", "Four digits are wanted.", "Der skal stå fire cifre."},
    {"at.add.town", "Town (Enter: {default}):", "By (Enter: {default}):"},
    {"door.whole", "the whole entrance", "hele opgangen"},
    {"door.only", "the door", "døren"},
    {"door.saved", "Saved: {door}: {disposition}.", "Gemt: {door}: {disposition}."},
    {"door.saved.json", "Saved: one visit.", "Gemt: et besøg."},
    {"door.not-in-register",
     "{door} is not in the register of this entrance. If it is there all the same: --add.",
     "{door} står ikke i registeret for denne opgang. Findes den alligevel: --add."},
    {"door.add.question", "{door} is not in the register of this entrance. Add it?",
     "{door} står ikke i registeret for denne opgang. Tilføj den?"},
    {"door.which-disposition", "What did the door answer? One of: {words}.",
     "Hvad svarede døren? Et af: {words}."},
    {"door.back.prompt", "Come back when (like thu 17:00; Enter: not agreed):",
     "Kom igen hvornår (fx tors 17:00; Enter: ikke aftalt):"},
    {"door.language.prompt", "Which language (code like so, ar; Enter: not known):",
     "Hvilket sprog (kode som so, ar; Enter: ukendt):"},
    {"door.interested.next", "Next: opgang inquiry --door.", "Næste: opgang inquiry --door."},
    {"door.walk.needs-terminal",
     "Walking an entrance needs a terminal. One door: opgang door 2th no-answer. To read it: opgang door "
     "--json.",
     "At gå en opgang kræver en terminal. Én dør: opgang door 2th no-answer. For at læse den: opgang door "
     "--json."},
    {"door.facts.never", "no visit yet", "intet besøg endnu"},
    {"door.facts.do-not-call", "DO NOT CALL until {day}", "RING IKKE PÅ før {day}"},
    {"door.facts.come-back", "come back {when}", "kom igen {when}"},
    {"door.facts.open", "open: {handles}", "åbne: {handles}"},
    {"door.facts.added", "not in the register", "ikke i registeret"},
    {"walk.header", "{entrance}, doors: {doors}", "{entrance}, døre: {doors}"},
    {"walk.keys", "Enter: next door   u: undo   b: back   ?: these keys   q: stop",
     "Enter: næste dør   u: fortryd   b: tilbage   ?: disse taster   q: stop"},
    {"walk.end", "Doors noted: {count}.", "Noterede døre: {count}."},
    {"undo.done", "Taken back.", "Fortrudt."},
    {"undo.done.count", "The last save was taken back (records: {count}).",
     "Den sidste lagring er fortrudt (poster: {count})."},
};

}  // namespace

std::span<const CatalogueEntry> DoorTexts() { return kTexts; }

}  // namespace opgang::cli
