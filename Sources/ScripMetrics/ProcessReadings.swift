import Foundation

/// What the system says about this process, under the names that Prometheus' own libraries use.
///
/// Read from `/proc` (proc(5)); where there is none, nothing is said.
public enum ProcessReadings {
    /// When the process started, its memory, its time on the processors and its open files, as of now.
    public static func current() -> [MetricReading] {
        var readings: [MetricReading] = []
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let pageBytes = Double(sysconf(Int32(_SC_PAGESIZE)))
        if ticks > 0, let stat = statFields() {
            readings.append(
                MetricReading(
                    name: "process_cpu_seconds_total", help: "Time spent on the processors, in seconds.",
                    kind: .counter, value: (stat.userTicks + stat.systemTicks) / ticks))
            readings.append(
                MetricReading(
                    name: "process_resident_memory_bytes", help: "Memory in use, in bytes.", kind: .gauge,
                    value: stat.residentPages * pageBytes))
            if let boot = bootSeconds() {
                readings.append(
                    MetricReading(
                        name: "process_start_time_seconds", help: "When the process started, in seconds since 1970.",
                        kind: .gauge, value: boot + stat.startTicks / ticks))
            }
        }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            // One of them is the folder itself while it is read.
            readings.append(
                MetricReading(
                    name: "process_open_fds", help: "Open files and sockets.", kind: .gauge,
                    value: Double(max(0, files.count - 1))))
        }
        return readings
    }

    private struct Stat {
        var userTicks: Double
        var systemTicks: Double
        var startTicks: Double
        var residentPages: Double
    }

    private static func statFields() -> Stat? {
        guard let text = content(of: "/proc/self/stat"), let end = text.lastIndex(of: ")") else { return nil }
        // The program's name may contain anything; after it the fields are numbered from 3.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
            let start = Double(fields[19]), let resident = Double(fields[21])
        else { return nil }
        return Stat(userTicks: user, systemTicks: system, startTicks: start, residentPages: resident)
    }

    private static func bootSeconds() -> Double? {
        let line = content(of: "/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) }
    }

    private static func content(of path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        return (try? file.readToEnd()).flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
    }
}
