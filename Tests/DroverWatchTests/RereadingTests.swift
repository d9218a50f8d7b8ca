import Testing

@testable import DroverSystem

/// A reading of everything in slices.
@Suite struct RereadingTests {
  @Test(arguments: [[], [0], [0, 0], [1], [256], [257], [1000, 0, 3], [0, 512, 0]])
  func `every file comes once, a slice of one root at a time`(counts: [Int]) {
    let files = counts.map { count in (0..<count).map { "\($0).yaml" } }
    var reading = Rereading(files)
    var read = files.map { _ in [String]() }
    while !reading.isOver {
      guard let (root, paths) = reading.next() else { break }
      #expect(!paths.isEmpty && paths.count <= Rereading.slice)
      read[root] += paths
    }
    #expect(reading.next() == nil)
    #expect(read.map { $0.sorted() } == files.map { $0.sorted() })
  }
}
