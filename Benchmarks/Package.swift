// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "scrip", path: ".."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                .product(name: "ScripCore", package: "scrip"),
                .product(name: "ScripEngine", package: "scrip"),
                .product(name: "ScripJSON", package: "scrip"),
                .product(name: "ScripMetrics", package: "scrip"),
                .product(name: "ScripPostgres", package: "scrip"),
                .product(name: "ScripPrices", package: "scrip"),
                .product(name: "ScripUsageFormats", package: "scrip"),
                .product(name: "ScripServer", package: "scrip"),
                .product(name: "ScripSQLite", package: "scrip"),
                .product(name: "ScripTesting", package: "scrip"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]
        )
    ]
)
