using System.Security.Cryptography;
using System.Text;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.BankStatements;

/// <summary>Money that came in, as a bank tells it.</summary>
/// <param name="Account">The reseller's, as its statement names it; empty where it does not.</param>
/// <param name="CounterpartyIban">Empty where the bank does not tell it, as the other texts are then.</param>
/// <param name="Reference">What the payer wrote.</param>
/// <param name="BankReference">The bank's own name of the entry.</param>
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

    /// <summary>A bank's text on one line, without what is no text, cut to a length.</summary>
    public static string Normalize(string text, int length)
    {
        var words = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var line = string.Join(' ', words);
        return line.Length > length ? line[..length] : line;
    }

    /// <summary>The same entry in every file that tells it.</summary>
    /// <param name="occurrence">0 for the first of entries that are alike in one file, 1 for the next.</param>
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

/// <summary>What was read of a statement.</summary>
/// <param name="LeftOut">Entries that are no money received: outgoing, pending or taken back.</param>
public sealed record BankStatementFile(IReadOnlyList<BankStatementLine> Entries, int LeftOut);
