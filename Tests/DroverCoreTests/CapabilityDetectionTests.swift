import DroverCore
import Testing

/// S9.2.1: which of several sources is believed.
struct CapabilityDetectionTests {
  private let yes = CapabilityEvidence(has: [.vision])
  private let no = CapabilityEvidence(lacks: [.vision])

  @Test func `the most trusted source that is not silent decides`() {
    let silent = CapabilityEvidence.silence
    let sees = "llava-13b"
    let cases: [(CapabilityEvidence, CapabilityEvidence, CapabilityEvidence, String, CapabilitySource?)] = [
      (yes, no, no, "x", .declared), (no, yes, yes, sees, nil), (silent, yes, no, "x", .probe),
      (silent, no, yes, sees, nil), (silent, silent, yes, "x", .metadata), (silent, silent, no, sees, nil),
      (silent, silent, silent, sees, .namePattern), (silent, silent, silent, "x", nil),
    ]
    for (declared, probe, metadata, name, expected) in cases {
      let found = CapabilityDetection.detect(declared: declared, probe: probe, metadata: metadata, name: name)
      #expect(found.first { $0.name == .vision }?.source == expected, "\(name) \(String(describing: expected))")
    }
  }

  @Test func `each capability has its own source, in the order of the schema`() {
    let found = CapabilityDetection.detect(
      declared: CapabilityEvidence(has: [.jsonMode], lacks: [.vision]),
      probe: CapabilityEvidence(has: [.functionCalling]),
      metadata: CapabilityEvidence(has: [.textGeneration, .chatCompletion], lacks: [.embeddings]), name: "llava-13b")
    #expect(
      found == [
        DetectedCapability(.textGeneration, .metadata), DetectedCapability(.chatCompletion, .metadata),
        DetectedCapability(.functionCalling, .probe), DetectedCapability(.streaming, .namePattern),
        DetectedCapability(.jsonMode, .declared),
      ])
    #expect(ModelFields.capabilities == Capability.allCases.map(\.rawValue))
  }

  @Test func `a plain list declares what is had, an object also what is not`() {
    #expect(CapabilityEvidence(declared: nil) == .silence)
    #expect(
      CapabilityEvidence(declared: .strings(["vision", "streaming"])) == CapabilityEvidence(has: [.vision, .streaming]))
    let object = FieldValue.object(["add": .strings(["json_mode"]), "remove": .strings(["vision"])])
    #expect(CapabilityEvidence(declared: object) == CapabilityEvidence(has: [.jsonMode], lacks: [.vision]))
  }

  @Test func `listings that tell everything also tell what is missing`() {
    let model = ListedModel(id: "m", capabilities: [.textGeneration, .streaming])
    #expect(model.evidence(of: .ollama)?.verdict(on: .vision) == false)
    #expect(model.evidence(of: .custom)?.verdict(on: .vision) == nil)
    #expect(model.evidence(of: .custom)?.verdict(on: .streaming) == true)
    #expect(ListedModel(id: "m").evidence(of: .ollama) == nil)
    let embedding = ListedModel(id: "m", capabilities: [.embeddings])
    #expect(embedding.evidence(of: .custom)?.verdict(on: .chatCompletion) == false)
  }

  @Test func `evidence completes other evidence and never contradicts it`() {
    let first = CapabilityEvidence(has: [.vision, .streaming], lacks: [.vision, .embeddings])
    #expect(first.has == [.vision, .streaming] && first.lacks == [.embeddings])
    let whole = first.completed(by: CapabilityEvidence(has: [.embeddings, .jsonMode], lacks: [.vision]))
    #expect(whole == CapabilityEvidence(has: [.vision, .streaming, .jsonMode], lacks: [.embeddings]))
    #expect(whole.silent(on: [.vision, .embeddings]) == CapabilityEvidence(has: [.streaming, .jsonMode]))
  }
}
