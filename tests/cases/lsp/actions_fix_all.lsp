request textDocument/codeAction {"context":{"diagnostics":[],"only":["source.fixAll"]}}
--- a.trust
framework partner_federation {
    title     "Example"
    version   "1.0.0"
    authority "https://trust.example.org"
    effective 2026-01-01
    review    every 90d
    skew      30s
}

use std.controls.{nist_csf, «owasp_nhi»}
use std.duties.{attest, log_use}
use std.events.{CredentialCompromised, IncidentCleared, IncidentReported}
use std.time.fresh

enum  ContractStatus { negotiating, active, ended }
scale Tier { bronze < silver < gold }

/// An organisation that has signed the framework agreement.
record Partner {
    id:              string
    contract:        ContractStatus
    /// Measured in the last revocation drill.
    revocation_time: duration
    last_attested:   instant
    standing:        Standing
}

record Credential {
    issuer:     string
    subject:    string
    scopes:     set<string>
    expires_at: instant
    checked_at: instant?
}

/// Who may issue workload credentials into the federation.
@maps(nist_csf["GV.SC-05"])
@owner("federation-office")
participation issuer(partner: Partner) {
    key partner.id

    /// The framework agreement is in force.
    @maps(nist_csf["GV.SC-05"])
    require contract_in_force: partner.contract == active
    recommend revokes_fast: partner.revocation_time <= 15m

    grade Tier from gold
    cap   slow: silver when partner.revocation_time > 15m

    ttl    attestation:   365d from partner.last_attested
    oblige attest_yearly: attest(partner.id) due partner.last_attested + 335d

    suspend   late:     when overdue(attest_yearly)
    suspend   incident: on IncidentReported as i when i.party == partner.id
    reinstate cleared:  on IncidentCleared  as c when c.party == partner.id lifts incident
}

relationship partner_call(partner: Partner, credential: Credential, action: string) {
    parties "Shipment API" relies on issuer
    purpose "Exchange of shipment events"
    scope   action in credential.scopes
    key     credential.subject

    let own = credential.issuer == partner.id

    require issuer_takes_part: issuer(partner, prior: partner.standing).permitted
    require own_domain: own
    require checked: has credential.checked_at and fresh(credential.checked_at, 5m)

    expires credential: credential.expires_at
    ttl     decision:   10m
    oblige  evidence:   log_use(credential.subject, action) within 1m
    revoke  compromised: on CredentialCompromised as c when c.subject == credential.subject within 15m of c.detected_at
}

let acme = Partner { id: "acme", contract: active, revocation_time: 10m, last_attested: 2026-02-01, standing: active }

test "a contract is needed" {
    at 2026-03-01
    let other = acme with { contract: ended }
    expect issuer(acme): permit, grade gold
    expect issuer(other): deny because contract_in_force
}

/// No organisation issues without a contract.
invariant contract_needed(p: Partner): issuer(p, prior: p.standing).permitted implies p.contract == active
