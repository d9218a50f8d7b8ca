/// A reading of every file that is done a few files at a time.
struct Rereading {
  /// Files at a time: some milliseconds of work.
  static let slice = 256
  /// Paths by root, each root's in the order of its last walk.
  private let files: [[String]]
  private var root = 0
  private var place = 0

  init(_ files: [[String]] = []) { self.files = files }

  var isOver: Bool {
    (root..<files.count).allSatisfy { files[$0].count <= ($0 == root ? place : 0) }
  }

  /// The next files to read, all of one root; nil when all were read.
  mutating func next() -> (root: Int, paths: [String])? {
    while root < files.count, place >= files[root].count { (root, place) = (root + 1, 0) }
    guard root < files.count else { return nil }
    let end = min(place + Rereading.slice, files[root].count)
    defer { place = end }
    return (root, Array(files[root][place..<end]))
  }
}
