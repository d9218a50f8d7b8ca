import Glibc

/// Runs a program to its end and collects what it writes. Input and output are unnamed files, so that neither side ever
/// waits for the other.
package struct ChildOutput {
  package var status: Int32
  package var output: [UInt8]
  package var errors: [UInt8]

  /// Looks `arguments[0]` up on the PATH.
  package static func run(_ arguments: [String], input: [UInt8] = []) throws(CLIError) -> ChildOutput {
    let files = (0..<3).map { _ in unnamedFile() }
    defer { for file in files where file >= 0 { close(file) } }
    guard files.allSatisfy({ $0 >= 0 }) else { throw failure(arguments, errno) }
    var sent = 0
    while sent < input.count {
      let count = input.withUnsafeBytes {
        pwrite(files[0], $0.baseAddress?.advanced(by: sent), input.count - sent, sent)
      }
      guard count > 0 else { throw failure(arguments, errno) }
      sent += count
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, file) in files.enumerated() { posix_spawn_file_actions_adddup2(&actions, file, Int32(target)) }
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, arguments[0], &actions, nil, pointers, environ)
    guard code == 0 else { throw failure(arguments, code) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      guard errno == EINTR else { throw failure(arguments, errno) }
    }
    // The low seven bits name a signal; without one, the next eight are the exit status.
    let exit = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    return ChildOutput(status: exit, output: contents(of: files[1]), errors: contents(of: files[2]))
  }

  private static func unnamedFile() -> Int32 {
    var template = Array("/tmp/drover-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    if file >= 0 {
      unlink(template)
      _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    }
    return file
  }

  private static func failure(_ arguments: [String], _ code: Int32) -> CLIError {
    CLIError("cannot run \(arguments[0]): \(String(cString: strerror(code)).lowercased())", exitCode: 2)
  }

  private static func contents(of file: Int32) -> [UInt8] {
    let size = Int(max(0, lseek(file, 0, SEEK_END)))
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let read = pread(file, buffer.baseAddress?.advanced(by: count), size - count, count)
        if read <= 0 { return }
        count += read
      }
    }
  }
}
