using System.Text.RegularExpressions;

namespace ResellerPortal.Architecture.Tests;

/// <summary>Where files lie, how large they are, and that pages and test folders follow the capabilities.</summary>
public sealed partial class LayoutTests
{
    private const int MaxColumns = 140;
    private const int MaxLines = 400;
    private const int MaxPageLines = 150;

    private static readonly string[] Areas = ["Customer", "Operator", "Reseller"];

    /// <summary>Folders that say what kind of class they hold instead of what it is about.</summary>
    private static readonly string[] ForbiddenFolders =
        ["Models", "Services", "Common", "Helpers", "Utilities", "Utils", "Managers", "Enums", "Constants", "Extensions", "Interfaces"];

    [Fact]
    public void Files_hold_one_idea()
    {
        Assert.Empty(Sources("*.cs").Where(f => File.ReadLines(f).Count() > MaxLines).Select(Repository.Relative));
        Assert.Empty(
            Repository.Files("src", "*.razor").Where(f => File.ReadLines(f).Count() > MaxPageLines).Select(Repository.Relative));
    }

    [Fact]
    public void No_line_is_wider_than_140_columns()
    {
        var wide =
            from file in Sources("*.cs").Concat(Repository.Files("src", "*.razor"))
            from line in OutsideRawStrings(file)
            where line.Text.Length > MaxColumns
            select $"{Repository.Relative(file)}:{line.Number}";

        Assert.Empty(wide);
    }

    [Fact]
    public void Folders_say_what_they_are_about()
    {
        var wrong =
            from root in (string[])["src", "tests"]
            from folder in Directory.EnumerateDirectories(Path.Combine(Repository.Root, root), "*", SearchOption.AllDirectories)
            where !folder.Contains("/obj/", StringComparison.Ordinal)
                && !folder.Contains("/bin/", StringComparison.Ordinal)
                && !folder.Contains("/node_modules/", StringComparison.Ordinal)
                && ForbiddenFolders.Contains(Path.GetFileName(folder))
            select Repository.Relative(folder);

        Assert.Empty(wrong);
    }

    [Fact]
    public void Each_of_Cores_folders_has_tests_in_a_folder_of_its_name() =>
        Assert.Empty(Folders("src/ResellerPortal.Core").Except(
            Folders("tests/ResellerPortal.Core.Tests").Where(
                folder => Repository.Files($"tests/ResellerPortal.Core.Tests/{folder}", "*Tests.cs").Any())));

    /// <summary>The guides draw the four ways through the code as tables of files, and a file that has moved would mislead.</summary>
    [Theory]
    [InlineData("ResellerPortal.Core", 29)]
    [InlineData("ResellerPortal.Gateway", 14)]
    public void Files_that_the_guides_draw_exist(string project, int atLeast)
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Source, project, "README.md"));
        var files = DrawnFile().Matches(guide).Select(match => match.Groups[1].Value).ToList();

        Assert.True(files.Count >= atLeast, $"Only {files.Count} files are drawn.");
        Assert.All(files, file => Assert.True(
            File.Exists(Path.Combine(Repository.Source, project, file)) || File.Exists(Path.Combine(Repository.Source, file)),
            $"{file} does not exist."));
    }

    [Fact]
    public void Pages_lie_by_area_and_capability()
    {
        Assert.Equal(Areas, Folders("src/ResellerPortal.Web/Pages").Order());
        var wrong =
            from file in Repository.Files("src/ResellerPortal.Web/Pages", "*.*")
            let parts = Path.GetRelativePath(Path.Combine(Repository.Source, "ResellerPortal.Web/Pages"), file).Split('/')
            where parts.Length != 3 && parts[^1] != "_Imports.razor"
            select Repository.Relative(file);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Routed_components_are_pages_and_lie_with_them()
    {
        var wrong =
            from file in Repository.Files("src/ResellerPortal.Web", "*.razor")
            where File.ReadAllText(file).Contains("@page ", StringComparison.Ordinal)
                && (!file.EndsWith("Page.razor", StringComparison.Ordinal)
                    || !(file.Contains("/Pages/", StringComparison.Ordinal) || file.Contains("/Account/", StringComparison.Ordinal)
                        || file.Contains("/Dev/", StringComparison.Ordinal)))
            select Repository.Relative(file);

        Assert.Empty(wrong);
    }

    [Fact]
    public void Each_database_has_its_migrations_in_one_line_of_files()
    {
        Assert.All((string[])["Sqlite", "PostgreSql", "SqlServer"], provider =>
        {
            var folder = Path.Combine(Repository.Source, $"ResellerPortal.Storage.{provider}", "Migrations");
            var first = Directory.EnumerateFiles(folder, "*_*.cs").Select(f => Path.GetFileName(f)!).Order().First();
            Assert.EndsWith("_Initial.cs", first, StringComparison.Ordinal);
            Assert.Contains(
                "Protect(migrationBuilder)", File.ReadAllText(Path.Combine(folder, first)), StringComparison.Ordinal);
        });
    }

    private static IEnumerable<string> Sources(string pattern) =>
        Repository.Files("src", pattern).Concat(Repository.Files("tests", pattern))
            .Where(file => !file.Contains("/node_modules/", StringComparison.Ordinal));

    private static IEnumerable<string> Folders(string folder) =>
        Directory.EnumerateDirectories(Path.Combine(Repository.Root, folder))
            .Select(d => Path.GetFileName(d)!)
            .Except(["bin", "obj"]);

    /// <summary>Lines of a file, without those within raw strings: text of other formats is not ours to wrap.</summary>
    private static IEnumerable<(int Number, string Text)> OutsideRawStrings(string file)
    {
        var (number, isRaw) = (0, false);
        foreach (var line in File.ReadLines(file))
        {
            number++;
            var marks = RawString().Count(line);
            if (!isRaw && marks % 2 == 0 && marks == 0)
            {
                yield return (number, line);
            }

            isRaw ^= marks % 2 == 1;
        }
    }

    [GeneratedRegex("\"{3,}")]
    private static partial Regex RawString();

    [GeneratedRegex(@"(?m)^\| \d+ \| `([^`]+)`")]
    private static partial Regex DrawnFile();
}
