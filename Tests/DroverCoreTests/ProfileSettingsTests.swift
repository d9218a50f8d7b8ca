import DroverCore
import Testing

/// S9.1.3: what a Model says, then its Fleet, then what is built in.
@Suite struct ProfileSettingsTests {
  private func model(
    _ written: FieldValue? = nil, reload: String = "r", effective: FieldValue = .object(["testCount": .integer(10)])
  ) -> Resource {
    let spec = FieldValue.object(["profile": effective.overlaid(with: written ?? .emptyMap)])
    return Resource(
      identity: Identity(.model, "a"), labels: [], annotations: [],
      written: written.map { .object(["profile": $0]) } ?? .emptyMap, spec: spec,
      source: SourceReference(root: "", path: "", document: 0, line: 0, sha256: ""), specHash: "s", reloadHash: reload)
  }

  private let fleet = FieldValue.object([
    "profile": .object(["interval": .duration(.seconds(3600)), "testCount": .integer(7)])
  ])

  @Test func `without a word it is never profiled by itself, by ten requests on demand and by five otherwise`() {
    let settings = ProfileSettings(model: model(), fleet: .emptyMap)
    #expect(settings.interval == nil && settings.testCount == 10 && settings.periodicTestCount == 5)
    #expect(settings.concurrency == 1 && settings.prompt == nil)
  }

  @Test func `the fleet's count is for what is due by itself`() {
    let settings = ProfileSettings(model: model(), fleet: fleet)
    #expect(settings.interval == .seconds(3600) && settings.testCount == 10 && settings.periodicTestCount == 7)
  }

  @Test func `the model's own word wins, also that it is never to be profiled`() {
    let own = FieldValue.object([
      "interval": .duration(.seconds(60)), "testCount": .integer(3), "prompt": .string("Hi"),
      "concurrency": .integer(2),
    ])
    let settings = ProfileSettings(model: model(own), fleet: fleet)
    #expect(settings.interval == .seconds(60) && settings.testCount == 3 && settings.periodicTestCount == 3)
    #expect(settings.prompt == "Hi" && settings.concurrency == 2)
    #expect(ProfileSettings(model: model(.object(["interval": .null])), fleet: fleet).interval == nil)
  }

  @Test func `the fingerprint changes with fields of class reprofile and with the process, and with nothing else`() {
    let plain = ProfileSettings.fingerprint(of: model())
    #expect(plain == ProfileSettings.fingerprint(of: model(.object(["interval": .duration(.seconds(60))]))))
    for changed in [
      model(.object(["testCount": .integer(3)])), model(.object(["prompt": .string("Hi")])),
      model(.object(["concurrency": .integer(2)])), model(reload: "other"),
    ] { #expect(plain != ProfileSettings.fingerprint(of: changed)) }
  }
}
