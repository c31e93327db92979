package federation

import rego.v1

default allow := false

allow if {
	not input.moved
	not input.compromised
	input.now >= 1767225600000000
	input.now < input.credential.expires_at
	input.credential.key_created_at - 30000000 <= input.now
	input.now < input.credential.key_created_at + 7776000000000
	input.credential.expires_at - input.credential.issued_at <= data.members.lifetime[input.call.sensitivity]
	input.partner.assurance >= data.members.needed[input.call.sensitivity]
	input.posture.patched
	input.posture.score >= 7500
	input.posture.measured_at <= input.now
	input.now < input.posture.measured_at + 600000000
	based
	data.members.regions[input.partner.region]
	data.members.issuers[input.credential.issuer]
	input.call.action in input.credential.scopes
	count(input.chain) <= 4
	every link in input.chain {
		input.now < link.expires_at
		input.call.action in link.actions
	}
}

based if {
	input.call.ground == "contract"
	input.call.sensitivity <= 2
	input.now < input.partner.contract_ends_at
}

based if {
	input.call.ground == "consent"
	input.now < input.call.consented_till
}

based if {
	input.call.ground == "incident"
	input.call.ticket
	input.partner.assurance == 2
	data.members.investigating[input.call.action]
}

based if {
	input.call.ground == "audit"
	startswith(input.call.action, "audit.")
	input.call.sensitivity <= 1
}

based if {
	input.call.ground == "pilot"
	input.call.sensitivity == 0
	startswith(input.partner.region, "eu-")
}
