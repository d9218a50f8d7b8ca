import DroverCore
import DroverJournal

/// A disk in memory that fails on demand.
final class MemoryStorage: JournalStorage {
  final class File: SegmentFile {
    var bytes: [UInt8] = []
    unowned let disk: MemoryStorage
    let number: UInt32

    init(_ disk: MemoryStorage, _ number: UInt32) {
      self.disk = disk
      self.number = number
    }

    func write(_ new: UnsafeRawBufferPointer, at offset: Int) throws(JournalFailure) -> Int {
      let count = min(new.count, disk.room, disk.largestWrite)
      guard count > 0 else { throw disk.failure }
      disk.room -= count
      disk.writes += 1
      if bytes.count < offset + count { bytes += Array(repeating: 0, count: offset + count - bytes.count) }
      bytes.replaceSubrange(offset..<offset + count, with: new[..<count])
      return count
    }

    func truncate(to size: Int) throws(JournalFailure) {
      guard disk.canTruncate else { throw disk.failure }
      disk.room += bytes.count - size
      bytes.removeSubrange(size...)
    }

    func remove() {
      guard disk.canTruncate else { return }
      disk.room += bytes.count
      disk.files[number] = nil
    }
  }

  var files: [UInt32: File] = [:]
  var room = Int.max
  var largestWrite = Int.max
  var canTruncate = true
  var canCreate = true
  var writes = 0
  let failure = JournalFailure(operation: "write", path: "disk", code: 28)
  let names = JournalNames()
  let progress = JournalProgress(loop: 3)

  func create(loop: UInt16, segment: UInt32) throws(JournalFailure) -> any SegmentFile {
    guard canCreate else { throw failure }
    let file = File(self, segment)
    files[segment] = file
    return file
  }

  func writer(now: Timestamp = Timestamp(milliseconds: 1), segmentSize: Int = 1 << 20) -> JournalWriter {
    JournalWriter(
      incarnation: JournalText.incarnation, boot: BootMark(hash: 0x3132_3334_3536_3738), names: names,
      progress: progress, storage: self, segmentSize: segmentSize, now: { now })
  }

  /// All records that a replay finds, each segment up to where the next begins.
  func replay() -> [JournalRecord] {
    let numbers = files.keys.sorted()
    let scanners = numbers.map { number in
      (files[number]?.bytes ?? []).withUnsafeBytes { SegmentScanner($0) }
    }
    var records: [JournalRecord] = []
    for (index, number) in numbers.enumerated() {
      guard var scanner = scanners[index], let bytes = files[number]?.bytes else { continue }
      let end = scanners[(index + 1)...].lazy.compactMap { $0?.header.firstSequence }.first ?? .max
      bytes.withUnsafeBytes { bytes in
        while let record = scanner.next(
          in: UnsafeRawBufferPointer(rebasing: bytes[scanner.offset...]), before: end)
        {
          records.append(record)
        }
      }
    }
    return records
  }

  /// Hexadecimal: header and each record on a line of its own, eight bytes a word; long ones go on in indented lines.
  func dump(segment: UInt32) -> String {
    let bytes = files[segment]?.bytes ?? []
    var lines: [String] = []
    var offset = 0
    while offset < bytes.count {
      let payload = offset == 0 ? 0 : Int(bytes[offset + 4]) | Int(bytes[offset + 5]) << 8
      let end = offset == 0 ? SegmentHeader.size : offset + (16 + payload + 7) & ~7
      let words = stride(from: offset, to: min(end, bytes.count), by: 8).map { start in
        bytes[start..<min(start + 8, bytes.count)].map { byte in
          let digits = String(byte, radix: 16)
          return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
      }
      for start in stride(from: 0, to: words.count, by: 6) {
        lines.append((start == 0 ? "" : "  ") + words[start..<min(start + 6, words.count)].joined(separator: " "))
      }
      offset = end
    }
    return lines.joined(separator: "\n")
  }
}
