using System.Text.RegularExpressions;

namespace ResellerPortal.Architecture.Tests;

/// <summary>What src/ResellerPortal.Web/SECURITY.md says that the portal does not do.</summary>
public sealed class ForbiddenCodeTests
{
    /// <summary>Reads the portal's own keys.</summary>
    private const string Keys = "ResellerPortal.Web/Hosting/VaultKeyEncryption.cs";

    /// <param name="code">What must not be written.</param>
    /// <param name="allowed">Paths below <c>src</c>, with bars between them, where it may be.</param>
    [Theory]
    [InlineData(@"MarkupString|AddMarkupContent|innerHTML|document\.write", "")]
    [InlineData(@"\beval\(|new Function\(|setTimeout\(['""]", "")]
    [InlineData("FromSql|ExecuteSql|SqlQuery|CommandText|CreateCommand", "ResellerPortal.Storage.|ResellerPortal.Core/Persistence/")]
    [InlineData(@"Process\.Start|ProcessStartInfo", "ResellerPortal.Gateway/Sandbox/OfficeConverter.cs")]
    [InlineData(@"CSharpScript|Assembly\.Load|DynamicMethod|Activator\.CreateInstance", "")]
    [InlineData(
        @"new Regex\(|Regex\.(?!Escape)[A-Z]\w*\(",
        "ResellerPortal.Core/Auditing/|ResellerPortal.Core/Taxes/|ResellerPortal.Core/ElectronicInvoices/")]
    [InlineData(@"DtdProcessing\.(?!Prohibit)|new XmlUrlResolver|XDocument\.(Load|Parse)\((?!reader)|XElement\.(Load|Parse)\(", Keys)]
    [InlineData(@"BinaryFormatter|TypeNameHandling|NetDataContract|Newtonsoft", "")]
    [InlineData(@"\bunsafe\b(?!-)|AllowUnsafeBlocks", "ResellerPortal.Web/Security/SecurityHeaders.cs")]
    [InlineData("localStorage", "ResellerPortal.Web/wwwroot/theme.js|ResellerPortal.Web/wwwroot/shell.js")]
    [InlineData(@"document\.cookie", "ResellerPortal.Web/wwwroot/theme.js")]
    [InlineData("sessionStorage|indexedDB|postMessage|onpaste", "")]
    [InlineData("UseHttpsRedirection", "")]
    [InlineData(@"new Random\b|Random\.Shared", "ResellerPortal.Core/Workers/PeriodicWorker.cs|ResellerPortal.Web/Demo/")]
    [InlineData(@"\bMD5\b|\bSHA1\b|\bTripleDES\b|CipherMode|\bAes\w*\.|\bRC2\b", "")]
    public void What_the_security_table_rules_out_is_not_in_the_source(string code, string allowed)
    {
        var found =
            from pattern in (string[])["*.cs", "*.razor", "*.js", "*.csproj"]
            from file in Repository.Files("src", pattern)
            let path = Path.GetRelativePath(Repository.Source, file)
            where !allowed.Split('|', StringSplitOptions.RemoveEmptyEntries).Any(a => path.StartsWith(a, StringComparison.Ordinal))
                && Regex.IsMatch(File.ReadAllText(file), code)
            select path;

        Assert.Empty(found);
    }

    [Fact]
    public void Passwords_are_masked_and_may_be_pasted_and_filled_in()
    {
        var fields = Repository.Files("src/ResellerPortal.Web/Account", "*.razor")
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"<(?:input|InputText)\b[^>]*>").Select(m => m.Value))
            .Where(field => Regex.IsMatch(field, @"name=""(?:password|old|new)""|Input\.Password"))
            .ToList();

        Assert.True(fields.Count >= 5, $"Only {fields.Count} fields for passwords were found.");
        Assert.All(fields, field => Assert.Matches("type=\"password\".*autocomplete=\"(?:current|new)-password\"", field));
    }
}
