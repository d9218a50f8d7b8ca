import DroverCore
import DroverSystem
import Glibc

/// The folder of copies: what is in it, what is used of it, and what is removed from it.
extension QuantizeBench {
  /// Removes copies that nobody used for long, and notes which are in use now.
  func tidy() {
    let copies = copies()
    for copy in copies where copy.isInUse { stamp(copy) }
    for copy in QuantizeShelf(copies).outdated(at: surroundings.now()) { remove(copy) }
  }

  /// A copy is hardly ever larger than its source. Where that much is not free, copies that nobody uses make room.
  func makeRoom(for job: QuantizeJob) throws(DriverError) {
    guard let free = freeSpace(directory), free < job.source.stat.size else { return }
    let going = QuantizeShelf(copies()).making(room: job.source.stat.size - free)
    for copy in going { remove(copy) }
    guard going.isEmpty else { return }
    throw .failed(
      "quantising needs up to \(ByteCount(job.source.stat.size).display) in \(directory), where "
        + "\(ByteCount(free).display) are free; make room")
  }

  private func copies() -> [QuantizeShelf.Copy] {
    let used = pathsInUse()
    return ((try? Directory.list(directory)) ?? []).compactMap { entry in
      let path = directory + "/" + entry.name
      guard entry.name.hasSuffix(".gguf"), let stat = try? FileStat(path), stat.kind == .regular else { return nil }
      return QuantizeShelf.Copy(
        name: entry.name, size: stat.size,
        lastUsed: Timestamp(milliseconds: stat.modifiedNanoseconds / 1_000_000), isInUse: used.contains(path))
    }
  }

  /// What models want, and what processes serve that this droverd or an earlier one started.
  private func pathsInUse() -> Set<String> {
    var paths = Set(wantedPaths())
    for pid in ProcFS.processes(withEnvironment: LlamaServerEnvironment.stateMark, value: settings.stateID) {
      let words = (try? FileReader.read("/proc/\(pid)/cmdline", maxBytes: 1 << 20)) ?? []
      for word in words.split(separator: 0) { paths.insert(String(decoding: word, as: UTF8.self)) }
    }
    return paths
  }

  /// The time of a file is that of its last known use.
  private func stamp(_ copy: QuantizeShelf.Copy) { utimensat(AT_FDCWD, directory + "/" + copy.name, nil, 0) }

  private func remove(_ copy: QuantizeShelf.Copy) { unlink(directory + "/" + copy.name) }
}
