using System.Text.RegularExpressions;

namespace ResellerPortal.Architecture.Tests;

public sealed partial class SecurityTableTests
{
    [Fact]
    public void Every_test_that_the_security_table_names_exists()
    {
        var table = File.ReadAllText(Path.Combine(Repository.Source, "ResellerPortal.Web", "SECURITY.md"));
        var tests = Repository
            .Files("tests", "*.cs")
            .SelectMany(file => TestName().Matches(File.ReadAllText(file)))
            .Select(m => m.Groups[1].Value)
            .ToHashSet();
        var named = Named().Matches(table).Select(m => m.Groups[1].Value).ToHashSet();

        Assert.True(named.Count > 50, $"Only {named.Count} tests are named.");
        Assert.Empty(named.Except(tests));
    }

    [GeneratedRegex(@"public (?:async Task|void) (\w+)\(")]
    private static partial Regex TestName();

    [GeneratedRegex(@"`([A-Z][A-Za-z]*_\w+)`")]
    private static partial Regex Named();
}
