/// Where segments lie. All calls come from the event loop that writes.
package protocol JournalStorage: AnyObject {
  /// Makes an empty segment, which must not be there yet.
  func create(loop: UInt16, segment: UInt32) throws(JournalFailure) -> any SegmentFile
}

/// A segment that is being written.
package protocol SegmentFile: AnyObject {
  /// Writes at `offset`, and returns how many bytes were written: fewer than there are where only they had room.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalFailure) -> Int
  func truncate(to size: Int) throws(JournalFailure)
  /// Removes the file from its folder.
  func remove()
}
