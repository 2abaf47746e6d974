using System.Security.Cryptography;
using System.Text;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.BankStatements;

/// <summary>Incoming money as stated by a bank.</summary>
/// <param name="Account">The reseller's account as named by the statement; empty if it is not named.</param>
/// <param name="CounterpartyIban">Empty if the bank does not state it, as the other texts are then.</param>
/// <param name="Reference">The payer's text.</param>
/// <param name="BankReference">The bank's own id of the entry.</param>
public sealed record BankStatementLine(
    string Account,
    DateOnly BookedOn,
    Money Amount,
    string Counterparty,
    string CounterpartyIban,
    string Reference,
    string BankReference)
{
    public const int AccountLength = 34;
    public const int NameLength = 140;
    public const int ReferenceLength = 500;

    /// <summary>How much of a text is looked at; what is longer is no name or reference.</summary>
    private const int MaxText = 5_000;

    /// <summary>Normalises a bank's text to one line of printable characters, truncated to a length.</summary>
    public static string Normalize(string text, int length)
    {
        text = text.Length > MaxText ? text[..MaxText] : text;
        var words = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var line = string.Join(' ', words);
        return line.Length > length ? line[..length] : line;
    }

    /// <summary>The key of an entry, identical in every file that contains it.</summary>
    /// <param name="occurrence">0 for the first of identical entries in a file, 1 for the next.</param>
    internal byte[] CreateKey(int occurrence) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n',
        Account,
        BookedOn.DayNumber,
        Amount.MinorUnits,
        Amount.Currency.Code,
        Counterparty,
        CounterpartyIban,
        Reference,
        BankReference,
        occurrence)));
}

/// <summary>The content of a statement file.</summary>
/// <param name="LeftOut">Entries that are not received money: outgoing, pending or reversed.</param>
public sealed record BankStatementFile(IReadOnlyList<BankStatementLine> Entries, int LeftOut);
