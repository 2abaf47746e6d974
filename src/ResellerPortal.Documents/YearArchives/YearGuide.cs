using System.Globalization;

namespace ResellerPortal.Documents.YearArchives;

/// <summary>The text file that says what is where and how to check it.</summary>
internal static class YearGuide
{
    public static string Write(YearContents contents)
    {
        var (archive, year) = (contents.Archive, contents.Archive.Year);
        var state = year.IsOver
            ? "The year is over."
            : string.Create(CultureInfo.InvariantCulture, $"The year is not over: this is what there was by {year.LastDay:yyyy-MM-dd}.");
        var empty = contents.IsEmpty ? $"\nNothing was issued, recorded or paid in {year}.\n" : "";
        return $"""
            {archive.Reseller.Name}: archive of {year}

            {state} Days and months are in the time zone {archive.Reseller.TimeZone}.
            {empty}
            Open index.html in a browser. It needs no network and no portal.

            WHAT IS HERE

            documents/     invoices and credit notes issued in the year as PDF, and as e-invoices (.xml is UBL, .cii.xml is CII) where
                           they have what the standard requires
            statements/    a statement of account of the year for each customer that owed something or for which something happened
            ledger/        for each customer the usage recorded in the year, one line an entry
            tables/        documents.csv       the documents with their amounts
                           payments.csv        payments of invoices and refunds, by the day they were received
                           balances.csv        transactions on customers' prepaid balances
                           history.csv         who did what; network addresses are not kept
                           prices.csv          the rate cards that were in force
                           currency-rates.csv  the exchange rates that were in force
                           customers.csv       the customers as they were when this archive was written
                           settings.json       your own details and settings as they were then
            manifest.json  the counts, the ends of the ledgers' chains, and all files with size and SHA-256
            SHA256SUMS     the same sums for sha256sum

            CSV files are UTF-8 with commas. A text that a spreadsheet would take for a formula has an apostrophe before it.

            HOW TO CHECK IT

            That no file was changed:

                sha256sum -c SHA256SUMS          (macOS: shasum -a 256 -c SHA256SUMS)

            That no entry of a ledger was changed, left out or added: the entries of a file follow each other, the first one follows
            headBefore in manifest.json, and the last one has the hash that is head there. An entry's hash is SHA-256 of the hash of the
            entry before it (as 32 bytes) and these 16 fields in UTF-8, each followed by a line feed: version, customer, sequence, kind,
            occurred, recorded, token, environment, converter, quantity, source, request, reference, flags, corrects, commitment.
            Occurred and recorded are microseconds since 1970-01-01 UTC. The commitment is SHA-256 of the draws, which are salt, lot,
            quantity, cost (in millionths) and currency, each followed by a line feed.

            The sequences of a ledger are those of the years before and after it: lastSequence and head of one year are sequenceBefore
            and headBefore of the next.

            """.ReplaceLineEndings("\n");
    }
}
