using System.Text;
using ResellerPortal.Core.BankStatements;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Tests.BankStatements;

public sealed class Camt053Tests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");

    /// <summary>A nested statement of 700 kB took 22 seconds of processor, one of 3.5 MB five minutes.</summary>
    [Theory]
    [InlineData("deep")]
    [InlineData("wide")]
    [InlineData("parts")]
    [InlineData("long")]
    [InlineData("entry")]
    public void A_statement_that_is_made_to_take_long_is_refused_at_once(string shape)
    {
        var entry = "<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-11-20</Dt></BookgDt>";
        var text = shape switch
        {
            "deep" => string.Concat(Enumerable.Repeat("<Stmt>", 60_000)) + string.Concat(Enumerable.Repeat("</Stmt>", 60_000)),
            "wide" => "<D>" + string.Concat(Enumerable.Repeat("<a/>", 2_100_000)) + "</D>",
            "long" => $"<D><Stmt>{entry}<AcctSvcrRef>{string.Concat(Enumerable.Repeat("a ", 1_000_000))}</AcctSvcrRef>"
                + string.Concat(Enumerable.Repeat("<NtryDtls><TxDtls><Amt Ccy=\"EUR\">0.00</Amt></TxDtls></NtryDtls>", 40_000))
                + "<NtryDtls><TxDtls><Amt Ccy=\"EUR\">1</Amt></TxDtls></NtryDtls></Ntry></Stmt></D>",
            "entry" => $"<D><Stmt>{entry}{string.Concat(Enumerable.Repeat("<a/>", 210_000))}</Ntry></Stmt></D>",
            _ => $"<D><Stmt>{entry}{string.Concat(
                Enumerable.Repeat("<NtryDtls><TxDtls><Amt Ccy=\"EUR\">0.00</Amt></TxDtls></NtryDtls>", 40_000))}"
                + "<NtryDtls><TxDtls><Amt Ccy=\"EUR\">1</Amt></TxDtls></NtryDtls></Ntry></Stmt></D>",
        };
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(text));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        Assert.Throws<InvalidDataException>(() => Camt053Reader.Read(file, limit.Token));
    }

    /// <summary>Two million empty elements took 700 MB.</summary>
    [Fact]
    public void A_large_statement_takes_no_more_memory_than_its_largest_entry()
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(
            $"<D><Stmt>{string.Concat(Enumerable.Repeat("<a/>", 1_900_000))}<Ntry><CdtDbtInd>DBIT</CdtDbtInd></Ntry></Stmt></D>"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(1, Camt053Reader.Read(file).LeftOut);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    /// <summary>
    /// Elements as defined in the ISO 20022 message definition report of camt.053; versions 2 and 8 differ in names, statuses and amounts.
    /// </summary>
    [Theory]
    [InlineData("urn:iso:std:iso:20022:tech:xsd:camt.053.001.02", "<Sts>BOOK</Sts>", "<Dbtr><Nm>Acme  Publishing\n Ltd</Nm></Dbtr>")]
    [InlineData(
        "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08",
        "<Sts><Cd>BOOK</Cd></Sts>",
        "<Dbtr><Pty><Nm>Acme Publishing Ltd</Nm></Pty></Dbtr>")]
    public void A_payment_is_read_in_every_version(string space, string state, string debtor)
    {
        var file = Camt053Reader.Read(Statement(space, $"""
            <Ntry><Amt Ccy="EUR">1234.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>{state}<BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>B-1</AcctSvcrRef>
              <NtryDtls><TxDtls><Refs><EndToEndId>E-77</EndToEndId></Refs><RltdPties>{debtor}<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties>
              <RmtInf><Ustrd>Invoice INV-2026-</Ustrd><Ustrd>0001</Ustrd><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>
            """));

        Assert.Equal(
            new BankStatementLine(
                "LT121000011101001000",
                new DateOnly(2026, 11, 20),
                new Money(1_234_50, Eur),
                "Acme Publishing Ltd",
                "DE89370400440532013000",
                "Invoice INV-2026- 0001 RF18539007547034 E-77",
                "B-1"),
            Assert.Single(file.Entries));
        Assert.Equal(0, file.LeftOut);
    }

    [Fact]
    public void Entries_that_are_not_incoming_payments_are_skipped()
    {
        var file = Camt053Reader.Read(Statement("urn:iso:std:iso:20022:tech:xsd:camt.053.001.08", """
            <Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>
            <Ntry><Amt Ccy="EUR">2.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>
            <Ntry><Amt Ccy="EUR">3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>
            <Ntry><Amt Ccy="EUR">4.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><ValDt><DtTm>2026-11-21T10:00:00</DtTm></ValDt></Ntry>
            """));
        Assert.Equal(
            (4_00L, new DateOnly(2026, 11, 21), 3), (file.Entries.Single().Amount.MinorUnits, file.Entries[0].BookedOn, file.LeftOut));
    }

    [Theory]
    [InlineData("<Amt Ccy=\"EUR\">{0}</Amt>", "10.00", "20.00", 2)]
    [InlineData("<AmtDtls><TxAmt><Amt Ccy=\"EUR\">{0}</Amt></TxAmt></AmtDtls>", "10.00", "20.00", 2)]
    [InlineData("<Amt Ccy=\"EUR\">{0}</Amt>", "10.00", "21.00", 1)] // Parts that are not the sum: the sum is what came.
    public void Payments_booked_by_the_bank_as_one_batch_are_separated(string form, string first, string second, int parts)
    {
        string Part(string amount, string name) =>
            $"<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{string.Format(
                null, form, amount)}<RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties></TxDtls>";
        var file = Camt053Reader.Read(Statement("urn:iso:std:iso:20022:tech:xsd:camt.053.001.02", $"""
            <Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><NtryDtls>{Part(
                first, "Acme")}{Part(second, "Birch")}</NtryDtls></Ntry>
            """));
        Assert.Equal((parts, 30_00L, ""), (file.Entries.Count, file.Entries.Sum(e => e.Amount.MinorUnits), file.Entries[0].Reference));
        Assert.Equal(parts == 2 ? ["Acme", "Birch"] : ["Acme"], file.Entries.Select(e => e.Counterparty));
    }

    [Theory]
    [InlineData("no xml at all", "not valid XML")]
    [InlineData("<a/>", "not a camt.053")]
    [InlineData("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>", "not valid XML")]
    [InlineData("<D><Stmt><Ntry><Amt Ccy=\"EUR\">x</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry></Stmt></D>", "no amount")]
    [InlineData("<D><Stmt><Ntry><Amt Ccy=\"EUR\">1.001</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry></Stmt></D>", "unsupported amount")]
    [InlineData("<D><Stmt><Ntry><Amt Ccy=\"XAU\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry></Stmt></D>", "unsupported amount")]
    [InlineData("<D><Stmt><Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry></Stmt></D>", "no booking date")]
    public void An_unreadable_statement_is_refused_with_its_reason(string text, string said) =>
        Assert.Contains(
            said,
            Assert.Throws<InvalidDataException>(() => Camt053Reader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)))).Message,
            StringComparison.Ordinal);

    private static MemoryStream Statement(string space, string entries) => new(Encoding.UTF8.GetBytes(
        "<Document "
            + $"xmlns=\"{space}\"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>"
            + $"<Acct><Id><IBAN>LT121000011101001000</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"));
}
