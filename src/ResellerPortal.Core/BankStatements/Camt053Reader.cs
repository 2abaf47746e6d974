using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.BankStatements;

/// <summary>
/// Reads ISO 20022 account statements (camt.053) of any version; versions differ in their namespace and in where a name, a status and a
/// detail amount are located.
/// </summary>
public static class Camt053Reader
{
    /// <summary>A statement nests some 15 elements.</summary>
    private const int MaxDepth = 40;

    private const int MaxElements = 2_000_000;

    /// <summary>Elements and attributes of one entry, which may hold thousands of payments.</summary>
    private const int MaxElementsOfEntry = 200_000;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <param name="stream">The whole file; it is read twice.</param>
    /// <exception cref="InvalidDataException">
    /// The file is not such a statement, has too many or too deeply nested elements, or an entry lacks a mandatory element.
    /// </exception>
    public static BankStatementFile Read(MemoryStream stream, CancellationToken cancellationToken = default)
    {
        CheckShape(stream, cancellationToken);
        stream.Position = 0;
        var (lines, leftOut, account) = (new List<BankStatementLine>(), 0, (string?)null);
        foreach (var part in Parts(stream))
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (part.Name.LocalName)
            {
                case "Stmt":
                    account = "";
                    break;
                case "Acct":
                    account = Text(part, "Id", "IBAN") is { Length: > 0 } iban ? iban : Text(part, "Id", "Othr", "Id");
                    break;
                default:
                    leftOut += ReadEntry(account!, part, lines, cancellationToken) ? 0 : 1;
                    break;
            }
        }

        return account is not null
            ? new BankStatementFile(lines, leftOut)
            : throw new InvalidDataException(
                "The file is not a camt.053 account statement. Ask your bank for one, or use its CSV file.");
    }

    /// <summary>
    /// The parts of each statement that are read: itself without its content, its account, its entries. One at a time, so that a file
    /// takes no more memory than its largest entry.
    /// </summary>
    private static IEnumerable<XElement> Parts(Stream stream)
    {
        using var reader = XmlReader.Create(stream, Settings);
        var depth = -1;
        while (!reader.EOF)
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "Stmt" })
            {
                depth = reader.Depth;
                yield return new XElement("Stmt");
                reader.Read();
            }
            else if (reader is { NodeType: XmlNodeType.Element, LocalName: "Acct" or "Ntry" } && reader.Depth == depth + 1)
            {
                yield return (XElement)XNode.ReadFrom(reader);
            }
            else
            {
                depth = reader.NodeType == XmlNodeType.EndElement && reader.Depth == depth ? -1 : depth;
                reader.Read();
            }
        }
    }

    /// <summary>Reads the payments of an entry.</summary>
    /// <returns>False if it is none that came in for good.</returns>
    private static bool ReadEntry(string account, XElement entry, List<BankStatementLine> lines, CancellationToken cancellationToken)
    {
        if (Text(entry, "CdtDbtInd") != "CRDT"
            || Text(entry, "RvslInd") is "true" or "1"
            || Text(entry, "Sts", "Cd") is "PDNG" or "INFO"
            || Text(entry, "Sts") is "PDNG" or "INFO")
        {
            return false;
        }

        var payments = GetPayments(entry);
        var (day, ofBank) = (ReadDay(entry), Text(entry, "AcctSvcrRef"));
        if (lines.Count + payments.Count > BankStatementService.MostEntries)
        {
            throw new InvalidDataException(
                $"The statement has more than {BankStatementService.MostEntries:N0} entries. "
                    + "Split it; overlapping entries are imported once.");
        }

        foreach (var part in payments)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lines.Add(Read(account, entry, day, ofBank, part));
        }

        return true;
    }

    /// <summary>The payments of an entry: a bank may book several as one sum.</summary>
    private static IReadOnlyList<(XElement? Details, Money Amount)> GetPayments(XElement entry)
    {
        var whole = ReadAmount(entry.Elements().FirstOrDefault(e => e.Name.LocalName == "Amt"));
        var details = Children(entry, "NtryDtls").SelectMany(group => Children(group, "TxDtls")).ToList();
        var parts = details.ConvertAll(d => (
            Details: (XElement?)d,
            Amount: d.Elements().FirstOrDefault(e => e.Name.LocalName == "Amt") ?? Find(d, "AmtDtls", "TxAmt", "Amt")));
        return details.Count < 2 || parts.Exists(p => p.Amount is null) ? [(details.FirstOrDefault(), whole)]
            : parts.ConvertAll(p => (p.Details, Amount: ReadAmount(p.Amount))) is var remittance
                && remittance.TrueForAll(p => p.Amount.Currency == whole.Currency)
                && Money.Sum(remittance.Select(p => p.Amount), whole.Currency) == whole ? remittance
            : [(details[0], whole)];
    }

    private static BankStatementLine Read(
        string account,
        XElement entry,
        DateOnly day,
        string entryReference,
        (XElement? Details, Money Amount) part)
    {
        var details = part.Details ?? entry;
        var payer = Find(details, "RltdPties", "Dbtr");
        var name = payer is null ? "" : Text(payer, "Pty", "Nm") is { Length: > 0 } nested ? nested : Text(payer, "Nm");
        var remittance = Children(details, "RmtInf").SelectMany(info =>
            Children(info, "Ustrd").Select(e => e.Value).Concat(
                Children(info, "Strd").SelectMany(s => new[] { Text(s, "CdtrRefInf", "Ref"), Text(s, "RfrdDocInf", "Nb") })));
        var endToEnd = Text(details, "Refs", "EndToEndId");
        var reference = string.Join(
            ' ', remittance.Append(endToEnd == "NOTPROVIDED" ? "" : endToEnd).Where(text => text.Length > 0).Distinct());
        var ofBank = Text(details, "Refs", "AcctSvcrRef") is { Length: > 0 } own ? own : entryReference;
        return new BankStatementLine(
            BankStatementLine.Normalize(account, BankStatementLine.AccountLength),
            day,
            part.Amount,
            BankStatementLine.Normalize(name, BankStatementLine.NameLength),
            BankStatementLine.Normalize(Text(details, "RltdPties", "DbtrAcct", "Id", "IBAN"), BankStatementLine.AccountLength),
            BankStatementLine.Normalize(reference, BankStatementLine.ReferenceLength),
            BankStatementLine.Normalize(ofBank, BankStatementLine.NameLength));
    }

    private static DateOnly ReadDay(XElement entry)
    {
        foreach (var name in (string[])["BookgDt", "ValDt"])
        {
            var text = Text(entry, name, "Dt") is { Length: > 0 } day ? day : Text(entry, name, "DtTm");
            if (text.Length >= 10
                && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var booked))
            {
                return booked;
            }
        }

        throw new InvalidDataException("A statement entry has no booking date.");
    }

    private static Money ReadAmount(XElement? element)
    {
        if (element is null
            || !decimal.TryParse(
                element.Value,
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture,
                out var amount))
        {
            throw new InvalidDataException("A statement entry has no amount.");
        }

        var code = (string?)element.Attribute("Ccy");
        return Currency.TryParse(code, out var currency) && currency.HasWhole(amount) && amount < 1_000_000_000
            ? Money.Round(amount, currency)
            : throw new InvalidDataException($"A statement entry has the unsupported amount {element.Value} {code}.");
    }

    /// <summary>Refuses what would take too long to read, or one entry of which would take too much memory.</summary>
    private static void CheckShape(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = XmlReader.Create(stream, Settings);
            var (elements, before, part) = (0, 0, -1);
            while (reader.Read())
            {
                if (part < 0 && reader is { NodeType: XmlNodeType.Element, IsEmptyElement: false, LocalName: "Ntry" or "Acct" })
                {
                    (before, part) = (elements, reader.Depth);
                }
                else if (reader.NodeType == XmlNodeType.EndElement && reader.Depth == part)
                {
                    part = -1;
                }

                elements += reader.NodeType == XmlNodeType.Element ? 1 + reader.AttributeCount : 0;
                if (reader.Depth > MaxDepth || elements > MaxElements || (part >= 0 && elements - before > MaxElementsOfEntry))
                {
                    throw new InvalidDataException("The file is not a camt.053 account statement: it has too many or too deep elements.");
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (XmlException malformed)
        {
            throw new InvalidDataException($"The file is not valid XML: {malformed.Message}", malformed);
        }
    }

    private static IEnumerable<XElement> Children(XElement element, string name) => element.Elements().Where(e => e.Name.LocalName == name);

    private static XElement? Find(XElement element, params ReadOnlySpan<string> path)
    {
        XElement? found = element;
        foreach (var name in path)
        {
            found = found is null ? null : Children(found, name).FirstOrDefault();
        }

        return found;
    }

    /// <summary>The text of an element without child elements; empty if there is none.</summary>
    private static string Text(XElement element, params ReadOnlySpan<string> path) =>
        Find(element, path) is { HasElements: false } found ? found.Value.Trim() : "";
}
