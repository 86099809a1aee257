// What a TLS handshake carries and nobody uses, left out: on a cold sync of a few records it was half of the handshake.
#ifndef OPGANG_CORE_TLS_LEAN_HANDSHAKE_H_
#define OPGANG_CORE_TLS_LEAN_HANDSHAKE_H_

namespace opgang {

// Every TLS connection that this process begins from then on, gRPC's too (which asks nobody about either):
//   - a server sends no session tickets. Each carried the client's certificate back to it, two of them with each
//     connection, and no client of ours resumes.
//   - nobody sends the authority's certificate behind his own: both ends have it, and trust nothing else.
//   - a server does not name the authorities that it trusts: a client has one certificate and shows that.
//   - keys are agreed on by X25519 where both ends know it (by P-256 with those of before), and of signatures nothing is offered
//     that no certificate of ours or of a proxy is made with.
// To be called before the first connection; more calls change nothing.
void LeanHandshakes();

}  // namespace opgang

#endif  // OPGANG_CORE_TLS_LEAN_HANDSHAKE_H_
