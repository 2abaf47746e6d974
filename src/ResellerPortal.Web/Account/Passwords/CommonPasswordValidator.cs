using System.Reflection;
using Microsoft.AspNetCore.Identity;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account.Passwords;

/// <summary>
/// Refuses passwords that others guess first: those of a list of leaked ones that comes with the portal, such words with
/// digits or signs around them, the words of the account itself, and those of a longer list that the settings may name.
/// The check is made here; no password leaves the machine.
/// </summary>
/// <param name="listPath">A text file, one password a line; null for none (setting Passwords:ListPath).</param>
public sealed class CommonPasswordValidator(string? listPath = null) : IPasswordValidator<PortalUser>
{
    /// <summary>What is left of a password without words that everybody tries has to be this long.</summary>
    private const int MinRest = 6;

    private static readonly string[] OwnWords = ["reseller", "portal", "convertapi"];

    private readonly Lazy<HashSet<string>> _common = new(() => Read(listPath));

    public Task<IdentityResult> ValidateAsync(UserManager<PortalUser> manager, PortalUser user, string? password) =>
        Task.FromResult(IsCommon(password ?? "", user.Email) ? IdentityResult.Failed(new IdentityError
        {
            Code = "PasswordIsCommon",
            Description =
                "This password is among those that are guessed first. Use several words that do not belong together, or have your "
                    + "password manager make one up.",
        }) : IdentityResult.Success);

    public bool IsCommon(string password, string? email)
    {
        var lower = password.ToLowerInvariant();
        var core = Normalize(lower).Trim();
        return _common.Value.Contains(lower)
            || _common.Value.Contains(core)
            || IsRepeated(lower)
            || RemoveEmailParts(core, email ?? "").Length < MinRest;
    }

    /// <summary>Without the words of the portal and of the account's own address, and without signs.</summary>
    private static string RemoveEmailParts(string core, string email)
    {
        var own = email.ToLowerInvariant().Split(['@', '.', '-', '_', '+']).Where(word => word.Length >= 4);
        var rest = OwnWords.Concat(own).Aggregate(core, (left, word) => left.Replace(word, "", StringComparison.Ordinal));
        return string.Concat(rest.Where(char.IsLetterOrDigit));
    }

    /// <summary>The word that is left once digits and signs around it are gone, and signs that stand for letters are letters.</summary>
    private static string Normalize(string password)
    {
        var letters = password.Trim().TrimEnd("0123456789!?.,-_*#$%&+= ".ToCharArray()).TrimStart("0123456789!?.,-_*#%&+= ".ToCharArray());
        return letters
            .Replace('0', 'o')
            .Replace('1', 'l')
            .Replace('3', 'e')
            .Replace('4', 'a')
            .Replace('@', 'a')
            .Replace('5', 's')
            .Replace('$', 's')
            .Replace('7', 't');
    }

    /// <summary>The same few characters again and again: "abcabcabcabc".</summary>
    private static bool IsRepeated(string password) =>
        Enumerable.Range(1, password.Length / 2).Any(length => password.Length % length == 0
            && password == string.Concat(Enumerable.Repeat(password[..length], password.Length / length)));

    private static HashSet<string> Read(string? listPath)
    {
        using var shipped = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("common-passwords.txt")!);
        var words = new HashSet<string>(StringComparer.Ordinal);
        while (shipped.ReadLine() is { } line)
        {
            words.Add(line);
        }

        words.UnionWith(listPath is null ? [] : File.ReadLines(listPath).Select(line => line.ToLowerInvariant()));
        return words;
    }
}
