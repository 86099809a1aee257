// The store, sync, the outbox, keys, the doctor.
#include "cli-client/text/catalogue.h"

namespace opgang::cli {
namespace {

constexpr CatalogueEntry kTexts[] = {
    {"store.unsent", "Unsent: {count}.", "Usendt: {count}."},
    {"store.attention", "Needs attention: {count} (opgang outbox).",
     "Kræver opmærksomhed: {count} (opgang outbox)."},
    {"sync.progress", "handed in {answered} of {to_send}, received {received}",
     "afleveret {answered} af {to_send}, modtaget {received}"},
    {"sync.sent", "Handed in: {sent}, of these stored: {stored}.",
     "Afleveret: {sent}, heraf gemt: {stored}."},
    {"sync.received", "Received: {received}.", "Modtaget: {received}."},
    {"sync.not-read", "Nothing was read: the store is locked or may not read.",
     "Intet blev læst: lageret er låst eller må ikke læse."},
    {"sync.refused", "REFUSED by the base: {count}. Nothing is lost; see opgang outbox.",
     "AFVIST af basen: {count}. Intet er tabt; se opgang outbox."},
    {"sync.side-by-side",
     "Somebody else wrote the same field, fields: {count}. Both values are kept; see opgang conflicts.",
     "En anden skrev samme felt, felter: {count}. Begge værdier er gemt; se opgang conflicts."},
    {"sync.repaired",
     "The copy on this device was damaged: {count} put right from the base. Nothing is lost; see opgang "
     "doctor.",
     "Kopien på denne enhed var beskadiget: {count} rettet fra basen. Intet er tabt; se opgang doctor."},
    {"sync.differing",
     "The copy on this device is not what the base says, areas: {count}. Nothing is lost; tell the "
     "coordinator.",
     "Kopien på denne enhed svarer ikke til basens, områder: {count}. Intet er tabt; sig det til "
     "koordinatoren."},
    {"status.store", "{staff} on {device}, role {role}.", "{staff} på {device}, rolle {role}."},
    {"status.locked", "Locked: saving and handing in work, reading does not.",
     "Låst: at gemme og aflevere virker, at læse gør ikke."},
    {"status.unlocked", "Unlocked.", "Låst op."},
    {"status.never-synced", "Never synced.", "Aldrig synkroniseret."},
    {"status.last-sync", "Last sync: {when}.", "Sidst synkroniseret: {when}."},
    {"status.time.known", "Time: {now}.", "Tid: {now}."},
    {"status.time.uncertain",
     "Time: perhaps {now}; the day is asked for where it matters, until the next sync.",
     "Tid: måske {now}; der spørges om dagen, hvor den betyder noget, indtil næste synkronisering."},
    {"status.grants", "May use: {grants}.", "Må bruge: {grants}."},
    {"status.no-grants", "No area is granted yet: opgang sync.",
     "Intet område er tildelt endnu: opgang sync."},
    {"outbox.queued", "unsent", "usendt"},
    {"outbox.attention", "NEEDS ATTENTION", "KRÆVER OPMÆRKSOMHED"},
    {"outbox.newer-type", "by a newer app", "fra en nyere app"},
    {"outbox.no-such-number", "There is no such number in the outbox.", "Det nummer er ikke i udbakken."},
    {"outbox.nothing-to-fix", "The base has not refused this one.", "Basen har ikke afvist denne."},
    {"outbox.fixed", "Corrected; the next sync hands it in.", "Rettet; næste synkronisering afleverer den."},
    {"outbox.withdraw.question", "Give this up: {type}?", "Opgiv denne: {type}?"},
    {"outbox.withdrawn", "Withdrawn here. A person at the base discards what it keeps.",
     "Trukket tilbage her. En person på basen kasserer det, den har."},
    {"enroll.code",
     "Code (it came by another way than the file):", "Kode (den kom ad en anden vej end filen):"},
    {"enroll.passphrase", "New passphrase, 8 characters or more: ", "Ny adgangssætning, mindst 8 tegn: "},
    {"enroll.passphrase.again", "The same again: ", "Den samme igen: "},
    {"enroll.too-short", "A passphrase has 8 characters or more.", "En adgangssætning har mindst 8 tegn."},
    {"enroll.not-the-same", "The two are not the same.", "De to er ikke ens."},
    {"enroll.no-file", "The invitation file cannot be read.", "Invitationsfilen kan ikke læses."},
    {"enroll.needs-input", "Secrets come from a terminal or from stdin, one a line: code, then passphrase.",
     "Hemmeligheder kommer fra en terminal eller fra stdin, én pr. linje: kode, så adgangssætning."},
    {"enroll.done", "This device is ready for {staff} ({device}). Next: opgang sync.",
     "Denne enhed er klar til {staff} ({device}). Næste: opgang sync."},
    {"unlock.prompt", "Passphrase: ", "Adgangssætning: "},
    {"unlock.prompt.optional", "Passphrase (Enter: only hand in): ", "Adgangssætning (Enter: aflever kun): "},
    {"unlock.done", "Unlocked for this round.", "Låst op for denne runde."},
    {"unlock.not-remembered",
     "The passphrase is right. This machine remembers no keys, so each command that reads asks for it, or "
     "takes it from OPGANG_PASSPHRASE_FILE.",
     "Adgangssætningen er rigtig. Denne maskine husker ingen nøgler, så hver kommando, der læser, spørger om "
     "den eller tager den fra OPGANG_PASSPHRASE_FILE."},
    {"unlock.file.unreadable", "The file that OPGANG_PASSPHRASE_FILE names cannot be read.",
     "Filen, som OPGANG_PASSPHRASE_FILE nævner, kan ikke læses."},
    {"unlock.file.open-to-others",
     "Others may read the file that OPGANG_PASSPHRASE_FILE names, so it is not used. chmod 600 it.",
     "Andre kan læse filen, som OPGANG_PASSPHRASE_FILE nævner, så den bruges ikke. Giv den chmod 600."},
    {"lock.done", "Locked.", "Låst."},
    {"doctor.mark.good", "[good]", "[ok]"},
    {"doctor.mark.note", "[note]", "[obs]"},
    {"doctor.mark.bad", "[BAD]", "[FEJL]"},
    {"doctor.home", "The directory is there and writable: {home}.",
     "Mappen er der og kan skrives i: {home}."},
    {"doctor.store", "The store opens.", "Lageret kan åbnes."},
    {"doctor.keys.none", "This machine remembers no keys: each command that reads asks for the passphrase.",
     "Denne maskine husker ingen nøgler: hver kommando, der læser, spørger om adgangssætningen."},
    {"doctor.keys.locked", "The store is locked; opgang unlock opens it for a round.",
     "Lageret er låst; opgang unlock åbner det for en runde."},
    {"doctor.keys.unlocked", "The store is unlocked.", "Lageret er låst op."},
    {"doctor.clock", "The clock agrees with the base.", "Uret stemmer med basens."},
    {"doctor.clock.off",
     "The clock of this machine is off by {span}. Nothing depends on it: times are counted from the last "
     "sync.",
     "Maskinens ur går {span} forkert. Intet afhænger af det: tider tælles fra sidste synkronisering."},
    {"doctor.clock.uncertain", "What day it is, is not certain here until the next sync.",
     "Hvilken dag det er, er ikke sikkert her før næste synkronisering."},
    {"doctor.queue.attention", "The base refused something of yours: {count}. See opgang outbox.",
     "Basen har afvist noget af dit: {count}. Se opgang outbox."},
    {"doctor.base", "The base answers.", "Basen svarer."},
    {"doctor.copy", "The copy of the base's records was never found damaged.",
     "Kopien af basens oplysninger er aldrig fundet beskadiget."},
    {"doctor.copy.repaired",
     "Damaged rows of the copy were put right {when}: {count}. If it happens again, this device's storage is "
     "failing.",
     "Beskadigede rækker i kopien blev rettet {when}: {count}. Sker det igen, er enhedens lager ved at "
     "svigte."},
    {"backup.overdue",
     "BACKUP OVERDUE at the base: the last one that was checked is of {when}. What you save is kept here "
     "too.",
     "SIKKERHEDSKOPI MANGLER på basen: den sidste, der er kontrolleret, er fra {when}. Det, du gemmer, "
     "ligger "
     "også her."},
    {"backup.overdue.never",
     "BACKUP OVERDUE at the base: there is none that was checked. What you save is kept here too.",
     "SIKKERHEDSKOPI MANGLER på basen: ingen er kontrolleret endnu. Det, du gemmer, ligger også her."},
    {"backup.too-old",
     "The base was restored from a backup that is too old: work may be missing. Tell the coordinator.",
     "Basen er genskabt fra en for gammel sikkerhedskopi: der kan mangle noget. Sig det til koordinatoren."},
};

}  // namespace

std::span<const CatalogueEntry> StoreTexts() { return kTexts; }

}  // namespace opgang::cli
