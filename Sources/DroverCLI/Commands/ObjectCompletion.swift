import ArgumentParser
import DroverCore

/// Words for shell completion: kinds, and the names that live on the server.
enum ObjectCompletion {
  /// For arguments that take `KIND`, `KIND/NAME`, or names after a kind.
  static let objects = CompletionKind.custom { words, _, prefix in
    if prefix.contains("/") || previousKind(words, prefix) == nil {
      return Kind.allCases.map(\.plural) + liveObjects().map(\.reference)
    }
    guard let kind = previousKind(words, prefix) else { return [] }
    return liveObjects(of: kind).map(\.name)
  }

  static let models = CompletionKind.custom { _, _, _ in liveObjects(of: .model).map(\.name) }

  private static func previousKind(_ words: [String], _ prefix: String) -> Kind? {
    words.dropFirst(2).filter { $0 != prefix && !$0.hasPrefix("-") }.lazy.compactMap { Kind(argument: $0) }.first
  }

  /// Nothing where no droverd answers at once: a shell waits for this.
  private static func liveObjects(of kind: Kind? = nil) -> [FleetObject] {
    let console = Console.standard
    guard let client = try? ConnectionOptions.parse([]).client(in: console) else { return [] }
    return (try? client.objects(of: kind, timeout: .milliseconds(300))) ?? []
  }
}
