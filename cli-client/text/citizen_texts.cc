// A citizen, an inquiry, a conversation.
#include "cli-client/text/catalogue.h"

namespace opgang::cli {
namespace {

constexpr CatalogueEntry kTexts[] = {
    {"citizen.unknown", "somebody not on this device", "en, der ikke er på denne enhed"},
    {"citizen.no-name", "no name", "uden navn"},
    {"citizen.speaks", "speaks {language}", "taler {language}"},
    {"citizen.interpreter", "interpreter", "tolk"},
    {"citizen.safe-hours", "safe: {hours}", "trygt: {hours}"},
    {"person.name", "Name, as said (Enter: none):", "Navn, som det blev sagt (Enter: intet):"},
    {"person.telephone", "Telephone (Enter: none):", "Telefon (Enter: ingen):"},
    {"person.telephone.problem", "Eight digits are wanted, or a number that begins with +.",
     "Der skal stå otte cifre eller et nummer, der begynder med +."},
    {"person.language", "Language to speak (code like da, so; Enter: not said):",
     "Sprog at tale (kode som da, so; Enter: ikke sagt):"},
    {"person.interpreter", "Is an interpreter needed?", "Er der brug for tolk?"},
    {"person.birth-year", "Birth year (Enter: not said):", "Fødselsår (Enter: ikke sagt):"},
    {"person.birth-year.problem", "A year is wanted, like 1974.", "Der skal stå et årstal, fx 1974."},
    {"person.home", "Lives at (street and number, Tab completes; Enter: not said):",
     "Bor på (vej og nummer, Tab udfylder; Enter: ikke sagt):"},
    {"person.home.door", "Door (like 2th; Enter: not said):", "Dør (som 2th; Enter: ikke sagt):"},
    {"person.safe-hours", "When is it safe to ring or knock (Enter: any time):",
     "Hvornår er det trygt at ringe eller banke på (Enter: altid):"},
    {"person.preferred-way", "How would the citizen like to be reached?",
     "Hvordan vil borgeren helst kontaktes?"},
    {"person.referrer", "Who sent the citizen (Enter: nobody):", "Hvem henviste borgeren (Enter: ingen):"},
    {"person.agreed-place", "Agreed place and hour (Enter: none):", "Aftalt sted og tid (Enter: intet):"},
    {"person.slip", "Number of the slip given in the hand (Enter: none):",
     "Nummer på sedlen, der blev givet (Enter: ingen):"},
    {"person.note",
     "Note (no civil registration number; Enter: none):", "Notat (intet CPR-nummer; Enter: intet):"},
    {"person.way-back",
     "One way to find the citizen again: an agreed place and hour, or the number of a slip:",
     "En måde at finde borgeren igen: et aftalt sted og tid, eller nummeret på en seddel:"},
    {"inquiry.channel", "How did the inquiry reach us?", "Hvordan kom henvendelsen til os?"},
    {"inquiry.consent.oral", "May we contact you about this? (consent to be contacted, said aloud)",
     "Må vi kontakte dig om det? (mundtligt samtykke til kontakt)"},
    {"inquiry.consent.referrer", "Does the referrer say that the citizen agreed to be contacted?",
     "Siger henviseren, at borgeren er indforstået med at blive kontaktet?"},
    {"inquiry.consent.yes", "yes, save", "ja, gem"},
    {"inquiry.consent.no", "no", "nej"},
    {"inquiry.consent.more", "more to note first", "mere at notere først"},
    {"inquiry.consent.needed",
     "Nobody can be asked here. If the citizen agreed to be contacted, say so: --consent, or a member "
     "\"consent\" in the input.",
     "Her kan ingen spørges. Er borgeren indforstået med at blive kontaktet, så sig det: --consent, eller et "
     "medlem \"consent\" i input."},
    {"inquiry.drop.question", "Drop what was typed about the citizen? (The door stays as noted.)",
     "Slet det, der blev skrevet om borgeren? (Døren bliver, som den er noteret.)"},
    {"inquiry.dropped", "Nothing about the citizen was kept. The door stays as noted.",
     "Intet om borgeren er gemt. Døren bliver, som den er noteret."},
    {"inquiry.saved", "Inquiry saved: {by}.", "Henvendelse gemt: {by}."},
    {"inquiry.saved.undated", "Inquiry saved.", "Henvendelse gemt."},
    {"inquiry.duplicate",
     "Perhaps the same person as {old} (same: {alike}). Look at both; to join them: opgang same-person {new} "
     "{old}",
     "Måske samme person som {old} (ens: {alike}). Se på begge; for at samle dem: opgang same-person {new} "
     "{old}"},
    {"inquiry.under-age", "Under 18: kept, and a matter for the coordinator. The course is for adults.",
     "Under 18: gemt, og en sag for koordinatoren. Kurset er for voksne."},
    {"contact.consent", "May we note your name? (consent to be contacted, said aloud)",
     "Må vi skrive dit navn ned? (mundtligt samtykke til kontakt)"},
    {"contact.place", "Where was the conversation?", "Hvor var samtalen?"},
    {"contact.topics", "What was it about? One key for each, Enter when done.",
     "Hvad handlede den om? Én tast for hvert emne, Enter når det er alt."},
    {"contact.no-note", "A note needs a citizen: an anonymous conversation carries none.",
     "Et notat kræver en borger: en anonym samtale har intet."},
    {"contact.saved", "Saved: a conversation.", "Gemt: en samtale."},
    {"contact.saved.anonymous", "Saved: an anonymous conversation.", "Gemt: en anonym samtale."},
    {"same-person.joined",
     "{one} and {other} are one person now; the case counts from the earliest inquiry. To take it back: "
     "--take-back.",
     "{one} og {other} er nu én person; sagen tæller fra den tidligste henvendelse. For at fortryde: "
     "--take-back."},
    {"same-person.taken-back", "{one} and {other} are two persons again.",
     "{one} og {other} er igen to personer."},
    {"same-person.one", "These are the same citizen already.", "Det er allerede samme borger."},
    {"same-person.not-joined", "These two are not joined.", "De to er ikke samlet."},
};

}  // namespace

std::span<const CatalogueEntry> CitizenTexts() { return kTexts; }

}  // namespace opgang::cli
