"""The line: first come, first served; the place in line is seen, and leaving is at once."""

import threading

from copilot.waiting_line import WaitingLine


def test_one_place_serves_in_the_order_of_coming():
    line = WaitingLine(lambda: 1)
    tickets = [line.join() for _ in range(4)]
    for behind in range(4):
        assert [ticket.place for ticket in tickets[behind:]] == list(range(4 - behind))
        tickets[behind].leave()
    assert len(line) == 0


def test_who_leaves_while_waiting_lets_the_others_move_up():
    line = WaitingLine(lambda: 1)
    _, impatient, last = (line.join() for _ in range(3))
    assert (impatient.place, last.place) == (1, 2)
    impatient.leave()
    impatient.leave()
    assert last.place == 1


def test_several_places_serve_several_and_fewer_later_send_nobody_away():
    places = [3]
    line = WaitingLine(lambda: places[0])
    tickets = [line.join() for _ in range(5)]
    assert [ticket.place for ticket in tickets] == [0, 0, 0, 1, 2]
    places[0] = 1
    assert [ticket.place for ticket in tickets] == [0, 0, 0, 3, 4]
    for ticket in tickets[:3]:
        ticket.leave()
    assert [ticket.place for ticket in tickets[3:]] == [0, 1]


def test_no_place_at_all_still_serves_one():
    line = WaitingLine(lambda: 0)
    assert line.join().place == 0


def test_waiting_tells_each_place_once_and_ends_when_served():
    line = WaitingLine(lambda: 1)
    first, second, third = (line.join() for _ in range(3))
    places = third.wait()
    assert next(places) == 2
    first.leave()
    assert next(places) == 1
    second.leave()
    assert list(places) == []
    assert third.place == 0


def test_cancelling_ends_the_wait_unserved():
    line = WaitingLine(lambda: 1)
    line.join()
    cancel = threading.Event()
    with line.join() as ticket:
        places = ticket.wait(cancel)
        assert next(places) == 1
        cancel.set()
        assert list(places) == []
        assert not ticket.served
    assert len(line) == 1


def test_many_threads_are_served_one_at_a_time_in_the_order_in_which_they_joined():
    line = WaitingLine(lambda: 1)
    served, inside = [], []

    def wait(number, ticket):
        with ticket:
            for _ in ticket.wait():
                pass
            inside.append(number)
            assert len(inside) == 1
            served.append(number)
            inside.remove(number)

    tickets = [line.join() for _ in range(12)]
    threads = [threading.Thread(target=wait, args=item) for item in enumerate(tickets)]
    for thread in reversed(threads):
        thread.start()
    for thread in threads:
        thread.join(20)
    assert served == list(range(12))
