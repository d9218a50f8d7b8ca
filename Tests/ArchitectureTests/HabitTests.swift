import Foundation
import Testing

/// Habits that a reader relies on, held by the machine.
@Suite struct HabitTests {
  @Test(arguments: [
    ("try!", "errors are handled"), ("fatalError(", "a user never sees a trap"), ("Task.detached", "tasks have owners"),
    ("Task {", "tasks have owners"), ("print(", "output goes through one place"), ("TODO", "work is finished"),
    ("FIXME", "work is finished"),
  ])
  func `sources do without`(word: String, because: String) throws {
    for file in try SourceTree().swiftFiles(below: "Sources") {
      for (number, line) in file.code.enumerated() where line.containsWord(word) {
        Issue.record("\(file.path):\(number + 1) has '\(word)': \(because)")
      }
    }
  }

  @Test func `no file is longer than four hundred lines`() throws {
    for folder in ["Sources", "Tests"] {
      for file in try SourceTree().swiftFiles(below: folder) {
        #expect(file.lines.count <= 401, "\(file.path)")
      }
    }
  }

  @Test func `half of the source files have at most a hundred and twenty lines`() throws {
    let counts = try SourceTree().swiftFiles(below: "Sources").map(\.lines.count).sorted()
    #expect(counts[counts.count / 2] <= 120)
  }

  @Test func `the top level holds only what belongs there`() throws {
    let allowed: Set = [
      "Package.swift", "Package.resolved", "Sources", "Tests", "manifests", "examples", "README.md", "LICENSE",
    ]
    let names = try FileManager.default.contentsOfDirectory(atPath: SourceTree().root.path(percentEncoded: false))
    #expect(names.filter { !$0.hasPrefix(".") && !allowed.contains($0) } == [])
  }
}

extension String {
  /// Whether `word` stands in this line and is not the tail of a longer name.
  fileprivate func containsWord(_ word: String) -> Bool {
    var rest = self[...]
    while let range = rest.range(of: word) {
      let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : " "
      if !before.isLetter, !before.isNumber, before != "_", before != "." { return true }
      rest = rest[range.upperBound...]
    }
    return false
  }
}
