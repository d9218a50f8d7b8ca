import DroverTestKit
import DroverYAML
import Testing

@Suite struct FuzzTests {
  private static let corpus: [[UInt8]] = [
    """
    # A model that serves chat.
    apiVersion: drover.dev/v1alpha1
    kind: Model
    metadata:
      name: llama-3-8b
      labels: {tier: gold, team: "search"}
    spec:
      source:
        path: models/llama-3-8b.gguf
      runtime:
        contextLength: 8192
        flags:
        - --flash-attn
        - '--n-gpu-layers=99'
      schedule:
      - days: [Mon, Tue]
        from: "08:00"
      prompt: |
        You are helpful.

          Indented --- and : # text
      note: >-
        folded
        text

    """,
    """
    %YAML 1.2
    ---
    apiVersion: drover.dev/v1alpha1
    kind: Budget
    metadata: {name: monthly}
    spec: {limit: "100.00", period: 30d, currency: USD}
    ...
    # between
    ---
    base: &base
      timeout: 500ms
      retries: 0x1F
    one: {<<: *base, retries: 5}
    two:
      <<: [*base, {x: .5}]
    --- |
     text
    ---
    """,
    """
    {"apiVersion": "drover.dev/v1alpha1", "kind": "Route", "metadata": {"name": "chat"},
     "spec": {"rules": [{"match": {"model": "gpt-*"}, "to": [{"name": "a", "weight": 3}, null, true, -1.5e3]}],
      "text": "tab\\tquote\\" \\u00e9 \\\\"}}
    """,
    "? complex\n: - a\n  - ? b\n    : c\n- x\r\nkey: é 日本 😀 \"\\x41\\\n  y\"\r\n'it''s': ~\n&a b: *a\n!!str c: d\n",
  ].map { Array($0.utf8) }

  private static func mutated(with generator: inout SplitMix64) -> [UInt8] {
    var text = corpus.randomElement(using: &generator) ?? []
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !text.isEmpty {
      let place = Int.random(in: 0..<text.count, using: &generator)
      let end = min(text.count, place + Int.random(in: 1...40, using: &generator))
      switch Int.random(in: 0...6, using: &generator) {
      case 0: text[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: text[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
      case 2: text.removeSubrange(place..<end)
      case 3: text.insert(contentsOf: text[place..<end], at: place)
      case 4:
        let other = corpus.randomElement(using: &generator) ?? []
        let from = Int.random(in: 0..<other.count, using: &generator)
        text.insert(contentsOf: other[from..<min(other.count, from + 60)], at: place)
      case 5: text.removeSubrange(place...)
      default:
        let tokens = [
          ": ", "- ", "\n", "---\n", "...\n", "[", "}", "\"", "'", "&a ", "*a", "<<: ", "\t", "|\n", "#", "\r",
        ]
        text.insert(contentsOf: (tokens.randomElement(using: &generator) ?? "").utf8, at: place)
      }
    }
    return text
  }

  private static func marks(of node: YAMLNode) -> [YAMLMark] {
    switch node.content {
    case .scalar: [node.mark]
    case .sequence(let items): [node.mark] + items.flatMap(marks)
    case .mapping(let pairs): [node.mark] + pairs.flatMap { marks(of: $0.key) + marks(of: $0.value) }
    }
  }

  @Test(.timeLimit(.minutes(15)), arguments: 0..<10 as Range<UInt64>)
  func `a thousand mutations are read or refused in good order`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for round in 0..<1000 {
      let text = Self.mutated(with: &generator)
      let result = YAMLParser.parse(text)
      var lines: Int32 = 1
      for (index, byte) in text.enumerated() {
        let isFeed = byte == UInt8(ascii: "\n")
        let isLoneReturn =
          byte == UInt8(ascii: "\r") && (index + 1 == text.count || text[index + 1] != UInt8(ascii: "\n"))
        if isFeed || isLoneReturn { lines += 1 }
      }
      let inside = { (mark: YAMLMark) in mark.line >= 1 && mark.line <= lines && mark.column >= 1 }
      #expect(result.errors.allSatisfy { inside($0.mark) && !$0.message.isEmpty }, "seed \(seed), round \(round)")
      #expect(
        result.documents.allSatisfy { inside($0.mark) && ($0.root.map(Self.marks) ?? []).allSatisfy(inside) },
        "seed \(seed), round \(round)")
      let indices = (result.documents.map(\.index) + result.errors.map(\.documentIndex)).sorted()
      #expect(indices == Array(0..<indices.count), "seed \(seed), round \(round)")
      #expect(
        result.errors.allSatisfy { $0.byteOffset.map { $0 >= 0 && $0 <= text.count } ?? true },
        "seed \(seed), round \(round)")
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `what a mutation left readable is written and read back equal`(seed: UInt64) {
    var generator = SplitMix64(seed: 1000 + seed)
    for round in 0..<250 {
      for document in YAMLParser.parse(Self.mutated(with: &generator)).documents {
        // A number that only this schema knows is written as a string, so the second writing must change nothing.
        let text = YAMLEmitter.emit(document.root?.value ?? .null)
        let again = YAMLParser.parse(text)
        #expect(again.errors == [], "seed \(seed), round \(round)")
        #expect(YAMLEmitter.emit(again.documents.first?.root?.value ?? .null) == text, "seed \(seed), round \(round)")
      }
    }
  }
}
