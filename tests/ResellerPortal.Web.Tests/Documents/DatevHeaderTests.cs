using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using ResellerPortal.Core.Insights;
using ResellerPortal.Documents.Tables;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>
/// The header and the booking lines against the fields of DATEV's published description, each with its name, its form and the value that
/// is expected here. Source: https://developer.datev.de/datev/platform/de/dtvf/formate/header and .../buchungsstapel.
/// </summary>
public sealed class DatevHeaderTests
{
    private const string Day = "^20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[1-2][0-9]|3[0-1])$";

    public static TheoryData<int, string, string, string> Header { get; } = new()
    {
        { 1, "Kennzeichen", "^\"(EXTF|DTVF)\"$", "\"EXTF\"" },
        { 2, "Versionsnummer", "^700$", "700" },
        { 3, "Formatkategorie", "^(16|20|21|46|48|65)$", "21" },
        { 4, "Formatname", "^\"(Buchungsstapel|Wiederkehrende Buchungen|Debitoren/Kreditoren)\"$", "\"Buchungsstapel\"" },
        { 5, "Formatversion", "^(2|4|5|13)$", "13" },
        { 6, "Erzeugt am", "^20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[1-2][0-9]|3[0-1])(2[0-3]|[01][0-9])[0-5][0-9][0-5][0-9]{4}$",
            "20261015120000000" },
        { 7, "Importiert", "^$", "" },
        { 8, "Herkunft", "^\"[A-Za-z0-9_]{0,2}\"$", "\"RP\"" },
        { 9, "Exportiert von", "^\"[A-Za-z0-9_]{0,25}\"$", "\"\"" },
        { 10, "Importiert von", "^\"[A-Za-z0-9_]{0,25}\"$", "\"\"" },
        { 11, "Beraternummer", "^([0-9]{4,6}|[0-9]{7})$", "1001" },
        { 12, "Mandantennummer", "^[0-9]{1,5}$", "1" },
        { 13, "WJ-Beginn", Day, "20260101" },
        { 14, "Sachkontenlänge", "^[4-8]$", "4" },
        { 15, "Datum von", Day, "20261101" },
        { 16, "Datum bis", Day, "20261130" },
        { 17, "Bezeichnung", @"^""[A-Za-z0-9_.-/ ]{0,30}""$", "\"Rechnungsausgang 11/2026\"" },
        { 18, "Diktatkürzel", "^\"([A-Z]{2}){0,2}\"$", "\"\"" },
        { 19, "Buchungstyp", "^[1-2]$", "1" },
        { 20, "Rechnungslegungszweck", "^(0|30|40|50|64)$", "0" },
        { 21, "Festschreibung", "^(0|1)$", "0" },
        { 22, "WKZ", "^\"[A-Z]{3}\"$", "\"EUR\"" },
        { 23, "Reserviert", "^$", "" },
        { 24, "Derivatskennzeichen", "^\"\"$", "\"\"" },
        { 25, "Reserviert", "^$", "" },
        { 26, "Reserviert", "^$", "" },
        { 27, "Sachkontenrahmen", "^\"([0-9]{2}){0,2}\"$", "\"03\"" },
        { 28, "ID der Branchenlösung", "^[0-9]{0,4}$", "" },
        { 29, "Reserviert", "^$", "" },
        { 30, "Reserviert", "^\"\"$", "\"\"" },
        { 31, "Anwendungsinformation", "^\".{0,16}\"$", "\"\"" },
    };

    /// <summary>The forms of the columns that a booking fills; others are empty.</summary>
    private static readonly Dictionary<string, string> Forms = new(StringComparer.Ordinal)
    {
        ["Umsatz (ohne Soll/Haben-Kz)"] = "^(?!0{1,10},00)[0-9]{1,10},[0-9]{2}$",
        ["Soll/Haben-Kennzeichen"] = "^\"(S|H)\"$",
        ["WKZ Umsatz"] = "^\"[A-Z]{3}\"$",
        ["Kurs"] = "^([1-9][0-9]{0,3},[0-9]{2,6})?$",
        ["Basis-Umsatz"] = "^((?!0{1,10},00)[0-9]{1,10},[0-9]{2})?$",
        ["WKZ Basis-Umsatz"] = "^\"([A-Z]{3})?\"$",
        ["Konto"] = "^(?!0{1,9}$)[0-9]{1,9}$",
        ["Gegenkonto (ohne BU-Schlüssel)"] = "^(?!0{1,9}$)[0-9]{1,9}$",
        ["Belegdatum"] = "^(0[1-9]|[1-2][0-9]|3[0-1])(0[1-9]|1[0-2])$",
        ["Belegfeld 1"] = @"^""[A-Za-z0-9$&%*+\-/]{1,36}""$",
        ["Belegfeld 2"] = @"^""[A-Za-z0-9$&%*+\-/]{0,36}""$",
        ["Buchungstext"] = "^\"([^\"\\p{Cc}]|\"\"){0,60}\"$",
        ["EU-Land u. UStID (Bestimmung)"] = "^\".{0,15}\"$",
        ["EU-Steuersatz (Bestimmung)"] = "^([0-9]{2},[0-9]{2})?$",
    };

    [Theory]
    [MemberData(nameof(Header))]
    public void Each_field_of_the_header_is_as_published(int number, string name, string form, string expected)
    {
        var field = ReadLines(SampleDocuments.Standard())[0][number - 1];

        Assert.Matches(form, field);
        Assert.True(expected == field, $"Field {number}, {name}, is {field} instead of {expected}.");
    }

    [Fact]
    public void The_header_has_no_other_fields() => Assert.Equal(Header.Count(), ReadLines(SampleDocuments.Standard())[0].Count);

    [Fact]
    public void The_length_of_accounts_and_the_chart_are_those_of_the_accounts()
    {
        var accounts = new JournalAccounts { ResellerId = default, Taxed = 440_000 };

        var header = ReadLines(SampleJournal.Create(accounts, SampleDocuments.Standard()))[0];

        Assert.Equal(("6", "\"04\""), (header[13], header[26]));
    }

    [Fact]
    public void Headings_are_the_first_of_the_published_sample_file() => Assert.Equal(
        [
            "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz", "Konto",
            "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext",
            "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink",
            "Beleginfo - Art 1", "Beleginfo - Inhalt 1", "Beleginfo - Art 2", "Beleginfo - Inhalt 2",
            "Beleginfo - Art 3", "Beleginfo - Inhalt 3", "Beleginfo - Art 4", "Beleginfo - Inhalt 4",
            "Beleginfo - Art 5", "Beleginfo - Inhalt 5", "Beleginfo - Art 6", "Beleginfo - Inhalt 6",
            "Beleginfo - Art 7", "Beleginfo - Inhalt 7", "Beleginfo - Art 8", "Beleginfo - Inhalt 8",
            "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)",
        ],
        ReadLines(SampleDocuments.Standard())[1]);

    [Fact]
    public void Whatever_the_documents_say_each_field_of_a_booking_has_its_form() =>
        RandomDocuments.ForProfile(Core.Tenancy.ElectronicProfile.Standard).Sample(
            snapshot =>
            {
                var lines = ReadLines(snapshot);
                foreach (var line in lines.Skip(2))
                {
                    Assert.Equal(lines[1].Count, line.Count);
                    Assert.All(
                        lines[1].Zip(line),
                        field => Assert.Matches(Forms.GetValueOrDefault(field.First, "^(\"\")?$"), field.Second));
                }
            },
            iter: 2_000);

    private static List<List<string>> ReadLines(Core.Invoicing.InvoiceSnapshot snapshot) =>
        ReadLines(SampleJournal.Create(new JournalAccounts { ResellerId = default }, snapshot));

    /// <summary>Splits at semicolons outside quotation marks.</summary>
    private static List<List<string>> ReadLines(JournalBatch batch) =>
        [.. Encoding.UTF8.GetString(DatevFileWriter.Write(batch)[3..])
            .Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Regex.Split(line, ";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)").ToList())];
}
