using System.Text.Json;
using System.Xml.Linq;

namespace ResellerPortal.Architecture.Tests;

/// <summary>What ships may only carry permissive licences; read from the packages that were really restored.</summary>
public sealed class LicenceTests
{
    private static readonly string[] Permissive =
        [
            "MIT",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "MS-PL",
            "PostgreSQL",
            "MIT OR Apache-2.0",
            "MS-PL OR Apache-2.0",
            "Apache-2.0 AND MIT",
        ];

    /// <summary>
    /// Packages whose licence the test cannot read. Those of EF Core's SqlServer package, which is a given, are not permissive, but
    /// redistributable.
    /// </summary>
    private static readonly Dictionary<string, string> ReadByHand = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Microsoft.Data.SqlClient.SNI.runtime"] = "Microsoft's own redistributable licence for the native network library of SqlClient",
        ["Microsoft.Identity.Client.NativeInterop"] = "Microsoft's own licence for the Windows sign-in broker that SqlClient can use",
        ["K4os.Compression.LZ4"] = "MIT, in the file that the package gives only the address of; Parquet.Net needs it",
    };

    [Fact]
    public void Every_package_that_ships_has_a_permissive_licence()
    {
        using var assets = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Source, "ResellerPortal.Web", "obj", "project.assets.json")));
        var folders = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(f => f.Name).ToList();
        var packages = assets.RootElement
            .GetProperty("libraries")
            .EnumerateObject()
            .Where(l => l.Value.GetProperty("type").GetString() == "package")
            .ToList();
        Assert.True(packages.Count > 20);

        var wrong = new List<string>();
        foreach (var package in packages)
        {
            var path = package.Value.GetProperty("path").GetString()!;
            var nuspec = folders
                .Select(f => Path.Combine(f, path))
                .Where(Directory.Exists)
                .SelectMany(f => Directory.EnumerateFiles(f, "*.nuspec"))
                .First();
            var licence = XDocument.Load(nuspec).Descendants().FirstOrDefault(e => e.Name.LocalName == "license");
            var isPermissive = licence?.Attribute("type")?.Value switch
            {
                "expression" => Permissive.Contains(licence.Value),
                "file" => File.ReadAllText(Path.Combine(Path.GetDirectoryName(nuspec)!, licence.Value)) is var text
                    && (IsApache(text) || IsMit(text)),
                _ => false,
            };
            if (!isPermissive && !ReadByHand.ContainsKey(package.Name.Split('/')[0]))
            {
                wrong.Add($"{package.Name}: {licence?.Value ?? "none given"}");
            }
        }

        Assert.Empty(wrong);
    }

    private static bool IsMit(string text) =>
        text.TrimStart().StartsWith("MIT License", StringComparison.Ordinal)
        && text.Contains("Permission is hereby granted, free of charge", StringComparison.Ordinal)
        && text.Contains("THE SOFTWARE IS PROVIDED \"AS IS\"", StringComparison.Ordinal);

    /// <summary>Whether a licence that comes as a file is the Apache License 2.0, whole and by its own words.</summary>
    private static bool IsApache(string text) =>
        text.TrimStart().StartsWith("Apache License", StringComparison.Ordinal)
        && text.Contains("Version 2.0, January 2004", StringComparison.Ordinal)
        && text.Contains("END OF TERMS AND CONDITIONS", StringComparison.Ordinal);
}
