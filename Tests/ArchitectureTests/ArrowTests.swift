import Foundation
import Testing

/// The arrows between the targets: who may import whom. The build refuses undeclared imports; this holds the
/// declarations to the design.
@Suite struct ArrowTests {
  /// What each target may import of Drover's own, and of others. Downwards only.
  private static let allowed: [String: Set<String>] = [
    "DroverCore": ["Synchronization"],
    "DroverPlanning": ["DroverCore"],
    "DroverAdmission": ["DroverCore"],
    "DroverRegistry": ["DroverCore"],
    "DroverYAML": ["CLibYAML"],
    "DroverManifests": ["DroverCore", "DroverYAML", "Crypto"],
    "DroverHTTP": [],
    "DroverWire": ["DroverCore", "DroverHTTP"],
    "DroverSystem": ["DroverCore", "CDrover", "Crypto", "Glibc", "Dispatch", "Synchronization"],
    "DroverJournal": ["DroverCore", "CDrover", "Glibc", "Synchronization", "Dispatch"],
    "DroverStore": [
      "DroverCore", "GRDB", "FoundationEssentials", "Foundation", "Synchronization", "Dispatch", "Glibc",
    ],
    "DroverDrivers": [
      "DroverCore", "DroverWire", "DroverSystem", "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOPosix", "Crypto",
      "Synchronization", "FoundationEssentials", "Glibc", "Dispatch",
    ],
    "DroverController": [
      "DroverCore", "DroverPlanning", "DroverManifests", "DroverYAML", "Logging", "ServiceLifecycle",
      "Synchronization", "FoundationEssentials",
    ],
    "DroverGateway": [
      "DroverCore", "DroverAdmission", "DroverHTTP", "DroverWire", "DroverJournal", "Crypto", "NIOCore", "NIOPosix",
      "NIOSSL", "ServiceLifecycle", "Synchronization", "Glibc",
    ],
    "DroverAPI": [
      "DroverCore", "DroverPlanning", "DroverRegistry", "DroverManifests", "Hummingbird", "HummingbirdCore",
      "HTTPTypes", "NIOCore", "NIOPosix", "Logging", "ServiceLifecycle", "Synchronization", "FoundationEssentials",
      "Glibc",
    ],
    "DroverCLI": [
      "DroverCore", "DroverPlanning", "DroverManifests", "DroverYAML", "DroverHTTP", "DroverWire", "DroverSystem",
      "ArgumentParser", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch",
    ],
  ]

  @Test func `targets import only what lies below them`() throws {
    for file in try SourceTree().swiftFiles(below: "Sources") {
      guard let allowed = Self.allowed[file.target] else { continue }
      for module in file.imports where !allowed.contains(module) {
        Issue.record("\(file.path) imports \(module)")
      }
    }
  }

  @Test func `every library target has its row`() throws {
    let targets = Set(try SourceTree().swiftFiles(below: "Sources").map(\.target))
    let assembly: Set = ["DroverDaemon", "DroverTestKit", "drover", "droverd"]
    #expect(targets.subtracting(assembly) == Set(Self.allowed.keys))
  }

  @Test func `full Foundation stays in the store`() throws {
    for file in try SourceTree().swiftFiles(below: "Sources") where file.target != "DroverStore" {
      #expect(!file.imports.contains("Foundation"), "\(file.path)")
    }
  }

  @Test func `the README names every target`() throws {
    let tree = SourceTree()
    let readme = try tree.text("README.md")
    for target in Set(try tree.swiftFiles(below: "Sources").map(\.target)) {
      #expect(readme.contains("`\(target)`"), "README.md has no row for \(target)")
    }
  }
}

extension SourceTree.File {
  /// The modules that the file imports.
  fileprivate var imports: [String] {
    code.compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard let place = words.firstIndex(of: "import"), place <= 2, place + 1 < words.count,
        words[..<place].allSatisfy({ $0 == "package" || $0.hasPrefix("@") })
      else { return nil }
      return words[place + 1]
    }
  }
}
