namespace ResellerPortal.Core.Languages;

/// <summary>The texts of documents. Numbers in braces are placeholders, which every language must contain.</summary>
public sealed record DocumentWords
{
    public required string Invoice { get; init; }
    public required string CreditNote { get; init; }
    public required string BilledTo { get; init; }
    public required string Issued { get; init; }
    public required string Due { get; init; }
    public required string AgainstInvoice { get; init; }
    public required string Period { get; init; }
    public required string BuyerReference { get; init; }
    public required string AmountDue { get; init; }
    public required string CreditBalance { get; init; }
    public required string AmountCredited { get; init; }

    /// <summary>0: the id.</summary>
    public required string VatId { get; init; }

    /// <summary>0: the number.</summary>
    public required string RegistrationNumber { get; init; }

    /// <summary>0: the number.</summary>
    public required string TaxNumber { get; init; }

    public required string ConversionsPerDay { get; init; }

    /// <summary>0: conversions.</summary>
    public required string BusiestDay { get; init; }

    public required string Description { get; init; }
    public required string Quantity { get; init; }
    public required string UnitPrice { get; init; }
    public required string Tax { get; init; }
    public required string TaxableAmount { get; init; }
    public required string Amount { get; init; }
    /// <summary>Beside the sum at the foot of a page that a table goes on after.</summary>
    public required string CarriedOver { get; init; }

    /// <summary>Beside the same sum at the head of the next page.</summary>
    public required string BroughtForward { get; init; }

    public required string NetTotal { get; init; }
    public required string Total { get; init; }
    public required string StandardRate { get; init; }
    public required string ReverseCharge { get; init; }
    public required string Exempt { get; init; }
    public required string Export { get; init; }
    public required string NotSubject { get; init; }

    /// <summary>0: an amount.</summary>
    public required string CostNote { get; init; }

    /// <summary>0: the seller's currency; 1: net; 2: tax; 3: the rate.</summary>
    public required string InOwnCurrency { get; init; }

    /// <summary>0: the currency of the seller's country; 1: tax; 2: the rate.</summary>
    public required string TaxInNationalCurrency { get; init; }

    public required string Payment { get; init; }

    /// <summary>0: an amount; 1: a day; 2: a reference.</summary>
    public required string PleasePay { get; init; }

    /// <summary>0: an amount.</summary>
    public required string NothingToPay { get; init; }

    public required string PaidFromBalance { get; init; }
    public required string AllPaidFromBalance { get; init; }
    public required string AccountHolder { get; init; }
    public required string Reference { get; init; }
    public required string PayOnline { get; init; }
    public required string ScanToPay { get; init; }
    public required string Credit { get; init; }

    /// <summary>0: an amount; 1: an invoice; 2: its day.</summary>
    public required string CreditedSentence { get; init; }

    /// <summary>The payment terms of a document in the customer's favour.</summary>
    public required string CreditTerms { get; init; }

    /// <summary>0: the reason.</summary>
    public required string Reason { get; init; }

    /// <summary>0: first; 1: last entry.</summary>
    public required string LedgerRange { get; init; }

    /// <summary>0: last entry.</summary>
    public required string LedgerNothingNew { get; init; }

    /// <summary>0: an invoice; 1: last entry.</summary>
    public required string LedgerOfCredit { get; init; }

    /// <summary>0: an address.</summary>
    public required string Verify { get; init; }

    /// <summary>Replaces a URL that is not configured.</summary>
    public required string ThePortal { get; init; }

    /// <summary>0: a number; 1: this page; 2: all pages.</summary>
    public required string PageOf { get; init; }

    public required string UsageByToken { get; init; }

    /// <summary>0: conversions.</summary>
    public required string Conversions { get; init; }

    public required string Statement { get; init; }
    public required string AccountOf { get; init; }
    public required string OpeningBalance { get; init; }
    public required string Owed { get; init; }
    public required string DayOfEntry { get; init; }
    public required string Document { get; init; }

    /// <summary>0: an invoice.</summary>
    public required string LateFeeFor { get; init; }

    public required string PaymentReturned { get; init; }

    public required string CreditedBefore { get; init; }

    /// <summary>0: an invoice.</summary>
    public required string WrittenOffOf { get; init; }

    /// <summary>0: an invoice.</summary>
    public required string PaymentFor { get; init; }

    public required string BalanceTopUp { get; init; }
    public required string BalanceRefund { get; init; }

    /// <summary>0: a document; 1: an invoice.</summary>
    public required string DocumentFor { get; init; }

    public required string Included { get; init; }

    /// <summary>0: conversions in a package.</summary>
    public required string Packages { get; init; }

    public required string Discount { get; init; }
    public required string MinimumDifference { get; init; }
    public required string MonthlyFee { get; init; }

    /// <summary>0: a month.</summary>
    public required string LateFrom { get; init; }

    public required string WhyReverseCharge { get; init; }
    public required string WhyExport { get; init; }
    public required string WhyNotSubject { get; init; }
    public required string WhyOutsideTheUnion { get; init; }
    public required string WhyNotRegistered { get; init; }

    // Emails use the placeholders of EmailTemplateText.
    public required string InvoiceSubject { get; init; }
    public required string InvoiceEmail { get; init; }
    public required string CreditNoteSubject { get; init; }
    public required string CreditNoteEmail { get; init; }
    public required string ReminderSubject { get; init; }
    public required string ReminderEmail { get; init; }
    public required string SecondReminderSubject { get; init; }
    public required string SecondReminderEmail { get; init; }
    public required string FinalNoticeSubject { get; init; }
    public required string FinalNoticeEmail { get; init; }
}
