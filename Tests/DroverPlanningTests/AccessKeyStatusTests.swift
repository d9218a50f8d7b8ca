import DroverCore
import DroverPlanning
import Testing

@Suite struct AccessKeyStatusTests {
  private let digest = "4aefbf09599f55a8dec9d93963864a8fa53253b48b37c60fd4909a4bf4e285e8"

  private func key(_ keys: [FieldValue], _ more: [FieldEntry] = []) -> DesiredObject {
    Make.object(Make.resource(Identity(.accessKey, "team"), .map([FieldEntry("keys", .array(keys))] + more)))
  }

  private func published(until notAfter: String? = nil) -> FieldValue {
    .object(["sha256": .string(digest), "notAfter": notAfter.map { .string($0) }])
  }

  private func status(
    _ object: DesiredObject, _ access: AccessStanding = AccessStanding(hasGateway: true), previous: FieldValue? = nil
  ) -> FieldValue {
    let world = Make.world([object])
    return StatusReducer.reduce(
      previous: previous, object: object,
      context: StatusContext(plan: Planner.plan(world), world: world, access: access))
  }

  private func states(_ status: FieldValue) -> [String] {
    (status["keys"]?.list ?? []).map { "\($0.value["state"]?.string ?? "") \($0.value["notAfter"]?.string ?? "")" }
  }

  @Test func `a key that binds is Ready and shows the beginning of its digest`() {
    let status = status(key([published(), published(until: "2027-02-01")]))
    #expect(status.condition("Ready") == "True ReconciliationSucceeded: Applied generation 1; 2 of 2 keys accepted.")
    #expect(status["keys"]?.list?.first?.value["sha256"] == .string("4aefbf09599f"))
    #expect(states(status) == ["Accepted ", "Accepted 2027-02-02T00:00:00Z"])
    #expect(status["lastUsed"] == nil)
  }

  @Test func `where no gateway runs it does not claim to bind`() {
    let status = status(key([published()]), AccessStanding())
    #expect(status.condition("Ready")?.hasPrefix("True NoGateway: Nobody is asked for it") == true)
  }

  @Test func `one key that has expired leaves the other, and when all have it is Stalled`() {
    let one = status(key([published(until: "2027-01-14"), published()]))
    #expect(one.condition("Ready") == "True ReconciliationSucceeded: Applied generation 1; 1 of 2 keys accepted.")
    #expect(states(one) == ["Expired 2027-01-15T00:00:00Z", "Accepted "])
    let all = status(key([published(until: "2027-01-14")]))
    #expect(all.condition("Ready") == "False Expired: Every key has expired, the last at 2027-01-15T00:00:00Z.")
    #expect(all.condition("Stalled")?.contains("drover keygen") == true)
  }

  @Test func `a disabled one says so`() {
    let status = status(key([published()], [FieldEntry("disabled", .bool(true))]))
    #expect(status.condition("Ready") == "True Disabled: Nobody is let in by it: it is disabled.")
  }

  @Test func `a secret is waited for, and one that cannot be read fails`() {
    let object = key([.object(["secret": .string("next")])])
    #expect(status(object).condition("Ready")?.hasPrefix("Unknown Progressing") == true)
    let unreadable = KeySecret.unreadable(.secretNotFound, "the host policy has no secret 'next'")
    let failing = status(object, AccessStanding(hasGateway: true, secrets: ["next": unreadable]))
    #expect(failing.condition("Ready") == "False SecretNotFound: The host policy has no secret 'next'.")
    #expect(states(failing) == ["SecretNotFound "])
    let read = KeyDigest(hexadecimal: digest).map { ["next": KeySecret.digest($0)] } ?? [:]
    #expect(
      status(object, AccessStanding(hasGateway: true, secrets: read)).condition("Ready")?.hasPrefix("True") == true)
  }

  @Test func `the last use is told, and outlives a restart in the status itself`() {
    let uses = ["team": Make.start]
    let used = status(key([published()]), AccessStanding(hasGateway: true, uses: uses))
    #expect(used["lastUsed"] == .string(Make.start.description))
    let later = status(key([published()]), previous: used)
    #expect(later["lastUsed"] == .string(Make.start.description))
  }
}
