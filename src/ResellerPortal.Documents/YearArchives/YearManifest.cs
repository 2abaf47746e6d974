using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace ResellerPortal.Documents.YearArchives;

/// <summary>The contents for programs: what was counted, where each ledger's chain ends, and each file with size and hash.</summary>
internal static class YearManifest
{
    /// <param name="files">The files that are written by now: all but the manifest and the list of sums.</param>
    public static ReadOnlyMemory<byte> Write(YearContents contents, IReadOnlyList<HashedFile> files)
    {
        var archive = contents.Archive;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            json.WriteStartObject();
            json.WriteString("format", "reseller-portal-year-archive");
            json.WriteNumber("version", 1);
            json.WriteNumber("year", archive.Year.Number);
            json.WriteString("firstDay", Format(archive.Year.FirstDay));
            json.WriteString("lastDay", Format(archive.Year.LastDay));
            json.WriteBoolean("isOver", archive.Year.IsOver);
            json.WriteString("timeZone", archive.Reseller.TimeZone);
            json.WriteString("reseller", archive.Reseller.Slug);
            json.WriteString("resellerName", archive.Reseller.Name);
            json.WriteBoolean("isEmpty", contents.IsEmpty);
            json.WriteNumber("invoices", contents.Issued.Values.Sum(total => total.Invoices));
            json.WriteNumber("creditNotes", contents.Issued.Values.Sum(total => total.CreditNotes));
            json.WriteNumber("payments", contents.Payments.Values.Sum(total => total.Payments));
            json.WriteNumber("balanceTransactions", contents.BalanceTransactions);
            json.WriteNumber("historyEvents", contents.Events);
            json.WriteNumber("ledgerEntries", contents.Entries);
            json.WriteStartArray("ledgers");
            foreach (var customer in contents.Customers.Where(c => c.Ledger.Last.Sequence > 0))
            {
                WriteLedger(json, customer);
            }

            json.WriteEndArray();
            json.WriteStartArray("files");
            foreach (var file in files)
            {
                json.WriteStartObject();
                json.WriteString("path", file.Path);
                json.WriteNumber("size", file.Bytes);
                json.WriteString("sha256", file.Hash);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void WriteLedger(Utf8JsonWriter json, ArchivedCustomer customer)
    {
        var ledger = customer.Ledger;
        json.WriteStartObject();
        json.WriteString("customer", ledger.CustomerId.ToString());
        json.WriteString("name", customer.Name);
        json.WriteString("file", customer.LedgerFile);
        json.WriteNumber("entries", ledger.Entries);
        json.WriteNumber("sequenceBefore", ledger.Before.Sequence);
        json.WriteString("headBefore", Convert.ToHexStringLower(ledger.Before.Hash));
        json.WriteNumber("lastSequence", ledger.Last.Sequence);
        json.WriteString("head", Convert.ToHexStringLower(ledger.Last.Hash));
        json.WriteEndObject();
    }

    private static string Format(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
